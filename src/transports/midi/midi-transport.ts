import type { OutputSpecification } from '../../engine/contracts/output.js';
import type { SyncSource } from '../../engine/contracts/sync-source.js';
import type { Notice, Transport, TransportContext, TransportOffer } from '../../engine/contracts/transport.js';
import { ContinuoError } from '../../engine/errors.js';
import { DriverClock } from './driver-clock.js';
import { MidiClockSource } from './midi-clock-source.js';
import { MidiInput } from './midi-input.js';
import { hasVirtualPorts, midiPortNames, type MidiPortNames } from './midi-library.js';
import type { MidiOutputOptions } from './midi-output.js';
import type { MidiOptions, PortWish } from './options.js';
import { midiPortReport } from './port-list.js';
import { listed, planPort } from './port-names.js';

/**
 * The MIDI wire: one port out, which the send thread opens, and one port in, whose clock is offered as a leader.
 * Where there is no MIDI, or a named port is not there, it offers what is left and says what is missing.
 * Thread: main.
 */
export class MidiTransport implements Transport {
  readonly name = 'midi';
  readonly #options: MidiOptions;
  #input: MidiInput | undefined;

  constructor(private readonly context: TransportContext) {
    this.#options = context.options as MidiOptions;
  }

  async open(): Promise<TransportOffer> {
    const notices: Notice[] = [];
    const names = noticing(notices, midiPortNames);
    return {
      outputs: names ? this.#offerOutput(names, notices) : [],
      syncSources: names && this.#options.followClock ? this.#offerClock(names, notices) : [],
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

  #offerClock(names: MidiPortNames, notices: Notice[]): readonly SyncSource[] {
    const plan = planPort(this.#options.inputPort, 'input', names.inputs, hasVirtualPorts);
    if ('off' in plan) {
      notices.push({ level: 'off', sentence: plan.off });
      return [];
    }
    const { clock } = this.context;
    const source = new MidiClockSource(clock);
    const driverClock = new DriverClock();
    this.#input = noticing(notices, () => {
      // Every gap counts, so every message is stamped, whether or not anybody listens to the clock yet.
      return new MidiInput(plan.open, (deltaSeconds, bytes) => source.receive(bytes, driverClock.stamp(deltaSeconds, clock.now())));
    });
    if (!this.#input) return [];
    notices.push({ level: 'ready', sentence: `MIDI clock is heard from ${described(plan.open)}.` });
    return [source];
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
