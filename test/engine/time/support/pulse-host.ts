import assert from 'node:assert/strict';
import { PulseFollower, type PulseNews, type PulseTransport } from '../../../../src/engine/time/pulse-follower.js';
import { beatAt, type Timeline } from '../../../../src/engine/time/timeline.js';

export const pulsesPerBeat = 24;
export const quarter = 24;

/** Numbers in [0, 1) that depend on nothing but the seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A host that sends pulses: its virtual time, its jitter, and what the follower made of them. */
export class Host {
  micros = 1_000_000;
  timeline: Timeline | undefined;
  readonly changes: PulseTransport[] = [];
  readonly follower: PulseFollower;
  private readonly random: () => number;

  constructor(
    public bpm: number,
    private readonly jitterMicros = 0,
    seed = 1,
    perBeat = pulsesPerBeat,
  ) {
    this.follower = new PulseFollower({ pulsesPerBeat: perBeat });
    this.interval = () => 60_000_000 / this.bpm / perBeat;
    this.random = randomFrom(seed);
  }

  readonly interval: () => number;

  hear(news: PulseNews): void {
    if (news.timeline) this.timeline = news.timeline;
    if (news.transport) this.changes.push(news.transport);
  }

  pulses(count: number): this {
    for (let pulse = 0; pulse < count; pulse += 1) {
      this.micros += this.interval();
      this.hear(this.follower.pulse(this.micros + (this.random() * 2 - 1) * this.jitterMicros));
    }
    return this;
  }

  start(): this {
    this.hear(this.follower.start());
    return this;
  }

  continue(): this {
    this.hear(this.follower.continue());
    return this;
  }

  stop(): this {
    this.hear(this.follower.stop(this.micros));
    return this;
  }

  get heardBpm(): number {
    assert.ok(this.timeline);
    return this.timeline.bpm;
  }

  /** Song position now, as the follower has it. */
  get heardBeat(): number {
    assert.ok(this.timeline);
    return beatAt(this.timeline, this.micros);
  }
}

export function near(actual: number, expected: number, tolerance: number, what = ''): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what} ${actual} is not within ${tolerance} of ${expected}`);
}
