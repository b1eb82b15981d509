import { PulseFollower } from '../../src/engine/time/pulse-follower.js';
import { beatAt, microsPerBeat, type Timeline } from '../../src/engine/time/timeline.js';

export const pulsesPerBeat = 24;

/** How far off its time a pulse comes, in microseconds, from random numbers in [0, 1). */
export type PulseNoise = (random: () => number) => number;

export const pulseNoises = {
  /** Anything up to a millisecond early or late. */
  even: (random: () => number): number => (random() * 2 - 1) * 1000,
  /** As wide as that by its standard deviation, with tails. */
  bell: (random: () => number): number => 577 * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  /** Anything up to a millisecond off, and one pulse in thirty up to four later. */
  stumbling: (random: () => number): number => (random() * 2 - 1) * 1000 + (random() < 1 / 30 ? random() * 4000 : 0),
} satisfies Record<string, PulseNoise>;

/** Numbers in [0, 1) that depend on nothing but the seed (xorshift). */
export function randomFrom(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}

/** A host whose clock runs on virtual time, and the follower that hears it. */
export class PulseHost {
  readonly follower = new PulseFollower();
  timeline: Timeline = { bpm: 120, beatOrigin: 0, timeOrigin: 0 };
  /** When the newest pulse was due, and how many beats after the first. */
  due = 1_000_000;
  beat = -1 / pulsesPerBeat;
  /** When each pulse came, from the last change of tempo on, that one included. */
  times: number[] = [];
  private readonly random: () => number;

  constructor(
    private bpm: number,
    private readonly noise: PulseNoise,
    seed: number,
  ) {
    this.random = randomFrom(seed);
    for (let turn = 0; turn < 8; turn += 1) this.random();
    this.follower.start();
  }

  /** The tempo from the newest pulse on. */
  turn(bpm: number): void {
    this.bpm = bpm;
    this.times = this.times.slice(-1);
  }

  pulses(count: number): this {
    for (let pulse = 0; pulse < count; pulse += 1) {
      this.due += 60_000_000 / this.bpm / pulsesPerBeat;
      this.beat += 1 / pulsesPerBeat;
      const came = this.due + this.noise(this.random);
      this.times.push(came);
      this.timeline = this.follower.pulse(came).timeline ?? this.timeline;
    }
    return this;
  }

  get tempoError(): number {
    return Math.abs(this.timeline.bpm - this.bpm);
  }

  /** How far what it takes for this beat's time is off, in microseconds. */
  get phaseError(): number {
    return Math.abs(beatAt(this.timeline, this.due) - this.beat) * microsPerBeat(this.timeline);
  }
}
