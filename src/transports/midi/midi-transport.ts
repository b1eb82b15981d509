import type { OutputSpecification } from '../../engine/contracts/output.js';
import type { Notice, Transport, TransportContext, TransportOffer } from '../../engine/contracts/transport.js';
import { ContinuoError } from '../../engine/errors.js';
import type { Micros } from '../../engine/music/units.js';
import { ControllerBox, nameOf } from './controller-box.js';
import { DriverClock } from './driver-clock.js';
import { MidiClockSource } from './midi-clock-source.js';
import { MidiControllers } from './midi-controllers.js';
import { MidiInput } from './midi-input.js';
import { MidiPlayer } from './midi-player.js';
import { hasVirtualPorts, midiPortNames, type MidiPortNames } from './midi-library.js';
import type { MidiOutputOptions } from './midi-output.js';
import type { MidiOptions, PortWish } from './options.js';
import { midiPortReport } from './port-list.js';
import { listed, planPort } from './port-names.js';

/** What is made of a message that came in; `stamp` is when it reached the driver, in order from message to message. */
type Receiver = (bytes: Uint8Array, stamp: Micros) => void;

/** What the port in is good for. */
type InputOffer = Pick<TransportOffer, 'syncSources' | 'controllerSources' | 'noteSources'>;

const nothingHeard: InputOffer = { syncSources: [] };

/**
 * The MIDI wire: one port out, which the send thread opens, and one port in, whose clock is offered as a leader whose
 * controllers can be put on parameters, and whose notes are heard.
 * Where there is no MIDI, or a named port is not there, it offers what is left and says what is missing.
 * Thread: main.
 */
export class MidiTransport implements Transport {
  readonly name = 'midi';
  readonly #options: MidiOptions;
  #input: MidiInput | undefined;
  #boxes: readonly ControllerBox[] = [];

  constructor(private readonly context: TransportContext) {
    this.#options = context.options as MidiOptions;
  }

  async open(): Promise<TransportOffer> {
    const notices: Notice[] = [];
    const names = noticing(notices, midiPortNames);
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

  async close(): Promise<void> {
    this.#input?.close();
    this.#input = undefined;
    for (const box of this.#boxes) box.close();
    this.#boxes = [];
  }

  #openBoxes(names: MidiPortNames, notices: Notice[]): readonly ControllerBox[] {
    return this.#options.controllerBoxes.flatMap((options) => {
      const box = noticing(notices, () => new ControllerBox(options, names));
      if (!box) return [];
      const lamps = options.output ? `, and shown at "${nameOf(options.output)}"` : '';
      notices.push({ level: 'ready', sentence: `Heard from "${nameOf(options.input)}": MIDI controllers${lamps}.` });
      return [box];
    });
  }

  #offerOutput(names: MidiPortNames, notices: Notice[]): readonly OutputSpecification[] {
    const plan = planPort(this.#options.outputPort, 'output', names.outputs, hasVirtualPorts);
    if ('off' in plan) {
      notices.push({ level: 'off', sentence: plan.off });
      return [];
    }
    const options: MidiOutputOptions = { port: plan.open };
    const clock = this.#options.clockOut ? ' and its clock' : '';
    notices.push({ level: 'ready', sentence: `MIDI notes${clock} go to ${described(plan.open)}.` });
    return [
      {
        name: this.name,
        implementation: new URL('./output-module.js', import.meta.url).href,
        options,
        leadMicros: 0,
        offsetMicros: this.#options.offsetMilliseconds * 1000,
        sendsClock: this.#options.clockOut,
      },
    ];
  }

  /** Everything that is heard comes in at one port: each receiver takes what is its own. */
  #offerInput(names: MidiPortNames, notices: Notice[]): InputOffer {
    const { followClock, controllers, notes, inputLatencyMilliseconds } = this.#options;
    if (!followClock && !controllers && !notes) return nothingHeard;
    const plan = planPort(this.#options.inputPort, 'input', names.inputs, hasVirtualPorts);
    if ('off' in plan) {
      notices.push({ level: 'off', sentence: plan.off });
      return nothingHeard;
    }
    const { clock } = this.context;
    const source = new MidiClockSource(clock);
    const knobs = new MidiControllers(this.name);
    const player = new MidiPlayer(this.name, inputLatencyMilliseconds * 1000);
    const receivers: Receiver[] = [
      ...(followClock ? [(bytes: Uint8Array, stamp: Micros) => source.receive(bytes, stamp)] : []),
      ...(controllers ? [(bytes: Uint8Array) => knobs.receive(bytes)] : []),
      ...(notes ? [(bytes: Uint8Array, stamp: Micros) => player.receive(bytes, stamp)] : []),
    ];
    const driverClock = new DriverClock();
    this.#input = noticing(notices, () => {
      // Every gap counts, so every message is stamped, whether or not anybody wants it.
      return new MidiInput(plan.open, (deltaSeconds, bytes) => {
        const stamp = driverClock.stamp(deltaSeconds, clock.now());
        for (const receive of receivers) receive(bytes, stamp);
      });
    });
    if (!this.#input) return nothingHeard;
    const heard = [...(followClock ? ['clock'] : []), ...(controllers ? ['controllers'] : []), ...(notes ? ['notes'] : [])];
    notices.push({ level: 'ready', sentence: `Heard from ${described(plan.open)}: MIDI ${heard.join(', ')}.` });
    return { syncSources: followClock ? [source] : [], controllerSources: controllers ? [knobs] : [], noteSources: notes ? [player] : [] };
  }
}

/** Turns what a device or port cannot do into a notice; anything else is a fault and passes. */
function noticing<Result>(notices: Notice[], attempt: () => Result): Result | undefined {
  try {
    return attempt();
  } catch (error) {
    if (!(error instanceof ContinuoError)) throw error;
    notices.push({ level: 'off', sentence: error.message });
    return undefined;
  }
}

function described(port: PortWish): string {
  return 'virtual' in port ? `the virtual port "${port.virtual}"` : `"${port.device}"`;
}
