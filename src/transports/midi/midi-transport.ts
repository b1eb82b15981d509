import type { OutputSpecification } from '../../engine/contracts/output.js';
import type { Notice, Transport, TransportContext, TransportOffer, TransportWatcher } from '../../engine/contracts/transport.js';
import type { Micros } from '../../engine/music/units.js';
import { ControllerBox } from './controller-box.js';
import { DriverClock } from './driver-clock.js';
import { MidiClockSource } from './midi-clock-source.js';
import { MidiControllers } from './midi-controllers.js';
import { MidiInput } from './midi-input.js';
import { MidiPlayer } from './midi-player.js';
import { hasVirtualPorts, midiPortNames, type MidiPortNames } from './midi-library.js';
import type { MidiOutputOptions } from './midi-output.js';
import { noticing } from './noticing.js';
import type { MidiOptions, PortWish } from './options.js';
import { midiPortReport } from './port-list.js';
import { listed, planPort } from './port-names.js';
import { sequencerTies, type SequencerTies } from './sequencer-ties.js';
import { PortLister, PortWatch, type WatchedPort } from './port-watch.js';

/** What is made of a message that came in; `stamp` is when it reached the driver, in order from message to message. */
type Receiver = (bytes: Uint8Array, stamp: Micros) => void;

/** What the port in is good for. */
type InputOffer = Pick<TransportOffer, 'syncSources' | 'controllerSources' | 'noteSources'>;

const nothingHeard: InputOffer = { syncSources: [] };

/**
 * The MIDI wire: one port out, which the send thread opens, and one port in, whose clock is offered as a leader whose
 * controllers can be put on parameters, and whose notes are heard.
 * Where there is no MIDI, or a named port is not there, it offers what is left and says what is missing. A device that is
 * unplugged while it is open is noticed, and taken up again when it is back.
 * Thread: main.
 */
export class MidiTransport implements Transport {
  readonly name = 'midi';
  readonly #options: MidiOptions;
  #input: MidiInput | undefined;
  /** Opens the port in; undefined where nothing is to be heard, or nobody can be. */
  #openInput: ((port: PortWish) => void) | undefined;
  readonly #opened: { output?: string; input?: string } = {};
  #hasMidi = false;
  #watch: PortWatch | undefined;
  /** Who reached which device before anything was opened. */
  #before: SequencerTies | undefined;
  #player: MidiPlayer | undefined;
  #knobs: MidiControllers | undefined;
  #boxes: readonly ControllerBox[] = [];

  constructor(private readonly context: TransportContext) {
    this.#options = context.options as MidiOptions;
  }

  async open(): Promise<TransportOffer> {
    const notices: Notice[] = [];
    const names = noticing(notices, midiPortNames);
    this.#before = sequencerTies();
    this.#hasMidi = names !== undefined;
    const outputs = names ? this.#offerOutput(names, notices) : [];
    const input = names ? this.#offerInput(names, notices) : nothingHeard;
    this.#boxes = names ? this.#openBoxes(names, notices) : [];
    return {
      outputs,
      ...input,
      controllerSources: [...(input.controllerSources ?? []), ...this.#boxes.map(({ controllers }) => controllers)],
      controlSurfaces: [],
      notices,
    };
  }

  /** The ports of other programs and devices. */
  async survey(): Promise<readonly Notice[]> {
    const report = midiPortReport();
    if (!report.available) return [];
    const { outputPort, inputPort } = this.#options;
    const ours = [outputPort, inputPort].flatMap((wish) => ('virtual' in wish ? [wish.virtual] : []));
    const others = (names: readonly string[]): string => listed(names.filter((name) => !ours.some((own) => name.includes(own))));
    return [{ level: 'ready', sentence: `MIDI ports that can be played to: ${others(report.outputs)}; that can be heard: ${others(report.inputs)}.` }];
  }

  watch(watcher: TransportWatcher): void {
    const ports = [...this.#watchedOutput(watcher), ...this.#watchedInput(watcher), ...this.#boxes.flatMap((box) => box.watched(watcher))];
    if (this.#hasMidi && ports.length > 0) this.#watch = new PortWatch(ports, new PortLister(), this.#before);
  }

  async close(): Promise<void> {
    this.#watch?.close();
    this.#watch = undefined;
    this.#input?.close();
    this.#input = undefined;
    for (const box of this.#boxes) box.close();
    this.#boxes = [];
  }

  #openBoxes(names: MidiPortNames, notices: Notice[]): readonly ControllerBox[] {
    return this.#options.controllerBoxes.map((options) => {
      const box = new ControllerBox(options);
      notices.push(...box.open(names));
      return box;
    });
  }

  #offerOutput(names: MidiPortNames, notices: Notice[]): readonly OutputSpecification[] {
    const plan = planPort(this.#options.outputPort, 'output', names.outputs, hasVirtualPorts);
    if ('off' in plan) {
      notices.push({ level: 'off', sentence: plan.off });
      return [];
    }
    if ('device' in plan.open) this.#opened.output = plan.open.device;
    notices.push(this.#playsTo(plan.open));
    return [this.#outputAt(plan.open)];
  }

  #playsTo(port: PortWish): Notice {
    const clock = this.#options.clockOut ? ' and its clock' : '';
    return { level: 'ready', sentence: `MIDI notes${clock} go to ${described(port)}.` };
  }

  #outputAt(port: PortWish): OutputSpecification {
    return {
      name: this.name,
      implementation: new URL('./output-module.js', import.meta.url).href,
      options: { port } satisfies MidiOutputOptions,
      leadMicros: 0,
      offsetMicros: this.#options.offsetMilliseconds * 1000,
      sendsClock: this.#options.clockOut,
    };
  }

  /** Nobody unplugs a port of our own. */
  #watchedOutput(watcher: TransportWatcher): WatchedPort[] {
    const wish = this.#options.outputPort;
    if ('virtual' in wish) return [];
    return [
      {
        open: watcher.isOutputOpen(this.name) ? this.#opened.output : undefined,
        direction: 'outputs',
        wish,
        gone: (name) => {
          watcher.outputLost(this.name);
          watcher.notice({ level: 'off', sentence: `The MIDI device "${name}" is gone; it is played to again when it is back.` });
        },
        came: async (device) => {
          const isOpen = await watcher.outputFound(this.#outputAt({ device }));
          if (isOpen) watcher.notice(this.#playsTo({ device }));
          return isOpen;
        },
      },
    ];
  }

  #hear(port: PortWish, notices: Notice[]): void {
    const { followClock, controllers, notes } = this.#options;
    noticing(notices, () => this.#openInput?.(port));
    if (!this.#input) return;
    if ('device' in port) this.#opened.input = port.device;
    const heard = [...(followClock ? ['clock'] : []), ...(controllers ? ['controllers'] : []), ...(notes ? ['notes'] : [])];
    notices.push({ level: 'ready', sentence: `Heard from ${described(port)}: MIDI ${heard.join(', ')}.` });
  }

  #watchedInput(watcher: TransportWatcher): WatchedPort[] {
    const wish = this.#options.inputPort;
    if ('virtual' in wish || !this.#openInput) return [];
    return [
      {
        open: this.#opened.input,
        direction: 'inputs',
        wish,
        gone: (name) => {
          this.#input?.close();
          this.#input = undefined;
          this.#player?.left(this.context.clock.now());
          watcher.notice({ level: 'off', sentence: `The MIDI device "${name}" is gone; it is heard again when it is back.` });
        },
        came: (device, again) => {
          const notices: Notice[] = [];
          this.#hear({ device }, notices);
          const isOpen = this.#input !== undefined;
          for (const notice of isOpen || !again ? notices : []) watcher.notice(notice);
          if (isOpen) this.#knobs?.returned();
          return isOpen;
        },
      },
    ];
  }

  /** Everything that is heard comes in at one port: each receiver takes what is its own. */
  #offerInput(names: MidiPortNames, notices: Notice[]): InputOffer {
    const { followClock, controllers, notes, inputLatencyMilliseconds } = this.#options;
    if (!followClock && !controllers && !notes) return nothingHeard;
    const plan = planPort(this.#options.inputPort, 'input', names.inputs, hasVirtualPorts);
    // A device may come later; nobody else makes a port of our own.
    if ('off' in plan && 'virtual' in this.#options.inputPort) {
      notices.push({ level: 'off', sentence: plan.off });
      return nothingHeard;
    }
    const { clock } = this.context;
    const source = new MidiClockSource(clock);
    const knobs = new MidiControllers(this.name);
    const player = new MidiPlayer(this.name, inputLatencyMilliseconds * 1000);
    this.#player = player;
    this.#knobs = knobs;
    const receivers: Receiver[] = [
      ...(followClock ? [(bytes: Uint8Array, stamp: Micros) => source.receive(bytes, stamp)] : []),
      ...(controllers ? [(bytes: Uint8Array) => knobs.receive(bytes)] : []),
      ...(notes ? [(bytes: Uint8Array, stamp: Micros) => player.receive(bytes, stamp)] : []),
    ];
    this.#openInput = (port) => {
      const driverClock = new DriverClock();
      // Every gap counts, so every message is stamped, whether or not anybody wants it.
      this.#input = new MidiInput(port, (deltaSeconds, bytes) => {
        const stamp = driverClock.stamp(deltaSeconds, clock.now());
        for (const receive of receivers) receive(bytes, stamp);
      });
    };
    if ('off' in plan) notices.push({ level: 'off', sentence: plan.off });
    else this.#hear(plan.open, notices);
    return { syncSources: followClock ? [source] : [], controllerSources: controllers ? [knobs] : [], noteSources: notes ? [player] : [] };
  }
}

function described(port: PortWish): string {
  return 'virtual' in port ? `the virtual port "${port.virtual}"` : `"${port.device}"`;
}
