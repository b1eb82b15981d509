import { Output } from '@julusian/midi/lazy';
import type { Beats, Bpm, Micros } from '../../../src/engine/music/units.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';

const pulsesPerBeat = 24;
const preparation: Micros = 50_000;

/** The clock of a host, played to a port of another program. It holds its thread until every pulse is due: give it a process. */
export class PulseSender {
  readonly #port = new Output();
  readonly #sleepCell = new Int32Array(new SharedArrayBuffer(4));
  /** When the next pulse is due; pulses that were late do not move it. */
  due: Micros = monotonicClock.now() + preparation;
  /** How late each pulse was sent. */
  readonly lateness: Micros[] = [];

  /** @param name part of the port's name; Errors: when there is no such port */
  constructor(name: string) {
    const found = Output.getPortNames().find((candidate) => candidate.includes(name));
    if (!found) throw new Error(`there is no port "${name}"`);
    this.#port.openPortByName(found);
  }

  send(...bytes: number[]): void {
    this.#port.sendMessage(bytes);
  }

  /** Sends the pulses of so many beats, and tells of each beat when it was due. */
  pulse(bpm: Bpm, beats: Beats, told: (beat: Beats, due: Micros) => void = () => undefined): void {
    const interval = 60_000_000 / bpm / pulsesPerBeat;
    for (let index = 0; index < beats * pulsesPerBeat; index += 1) {
      const remaining = this.due - monotonicClock.now();
      if (remaining > 0) Atomics.wait(this.#sleepCell, 0, 0, remaining / 1000);
      if (index % pulsesPerBeat === 0) told(index / pulsesPerBeat, this.due);
      this.send(0xf8);
      this.lateness.push(monotonicClock.now() - this.due);
      this.due += interval;
    }
  }

  close(): void {
    this.#port.destroy();
  }
}
