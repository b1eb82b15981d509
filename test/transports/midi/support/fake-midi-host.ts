import type { SyncListener } from '../../../../src/engine/contracts/sync-source.js';
import type { Beats, Bpm, Micros } from '../../../../src/engine/music/units.js';
import { MidiClockSource } from '../../../../src/transports/midi/midi-clock-source.js';
import type { HostPosition, SyncHost } from '../../../engine/contracts/sync-source-contract.js';
import { FakeTime } from './fake-time.js';

export const pulse = [0xf8];
export const start = [0xfa];
export const resume = [0xfb];
export const stop = [0xfc];
/** @param sixteenths as song position pointers count */
export const locate = (sixteenths: number) => [0xf2, sixteenths & 0x7f, sixteenths >> 7];

/** A host that sends MIDI clock, in fake time: its bytes are real, its stamps are exact unless told otherwise. */
export class FakeMidiHost implements SyncHost {
  readonly time = new FakeTime();
  readonly source = new MidiClockSource(this.time.clock, this.time.alarm);
  #beat: Beats = 0;

  constructor(private readonly jitter: () => Micros = () => 0) {}

  /** Starts the source with this listener. */
  heardBy(listener: SyncListener): this {
    this.source.start(listener);
    return this;
  }

  send(...messages: readonly (readonly number[])[]): void {
    for (const message of messages) this.source.receive(Uint8Array.from(message), this.time.clock.now() + this.jitter());
  }

  /** Sends `count` pulses, the first one at once, each `interval` after the other; time then stands at the last. */
  pulses(count: number, interval: Micros): void {
    for (let index = 0; index < count; index += 1) {
      if (index > 0) this.time.advance(interval);
      this.send(pulse);
    }
  }

  async play(bpm: Bpm, beats: Beats): Promise<HostPosition> {
    this.send(start);
    this.time.advance(1_000);
    this.pulses(1, 0);
    this.#beat = 0;
    return await this.playOn(bpm, beats);
  }

  async playOn(bpm: Bpm, beats: Beats): Promise<HostPosition> {
    const interval = 60_000_000 / bpm / 24;
    this.time.advance(interval);
    this.pulses(beats * 24, interval);
    this.#beat += beats;
    return { beat: this.#beat, micros: this.time.clock.now() };
  }

  async halt(): Promise<void> {
    this.time.advance(5_000);
    this.send(stop);
  }

  async vanish(): Promise<void> {
    this.time.advance(3_000_000);
  }

  async dispose(): Promise<void> {}
}

/** Time between pulses. */
export function pulseInterval(bpm: Bpm): Micros {
  return 60_000_000 / bpm / 24;
}
