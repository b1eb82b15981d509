import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PulseFollower, type PulseNews, type PulseTransport } from '../../../src/engine/time/pulse-follower.js';
import { beatAt, type Timeline } from '../../../src/engine/time/timeline.js';

const pulsesPerBeat = 24;
const quarter = 24;

/** Numbers in [0, 1) that depend on nothing but the seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A host that sends pulses: its virtual time, its jitter, and what the follower made of them. */
class Host {
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

function near(actual: number, expected: number, tolerance: number, what = ''): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what} ${actual} is not within ${tolerance} of ${expected}`);
}

function quantile(values: number[], share: number): number {
  return values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
}

describe('PulseFollower: tempo', () => {
  it('is exact on an exact clock from the second pulse on, at any tempo', () => {
    fc.assert(
      fc.property(fc.double({ min: 20, max: 400, noNaN: true }), fc.constantFrom(1, 2, 4, 24, 48), (bpm, perBeat) => {
        const host = new Host(bpm, 0, 1, perBeat).pulses(2);
        near(host.heardBpm, bpm, bpm * 1e-6);
        near(host.pulses(perBeat * 8).heardBpm, bpm, bpm * 1e-6);
      }),
    );
  });

  it('is within 0.1 BPM two beats after the first pulse, though every pulse is up to 1 ms off', () => {
    for (const bpm of [60, 90, 120]) {
      const errors = Array.from({ length: 400 }, (_, seed) => Math.abs(new Host(bpm, 1000, seed).pulses(49).heardBpm - bpm));
      assert.ok(quantile(errors, 0.98) <= 0.1, `at ${bpm} BPM: ${quantile(errors, 0.98)}`);
    }
  });

  it('stays within 0.1 BPM from the fourth beat on, however long the clock runs', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const host = new Host(120, 1000, seed).pulses(4 * quarter + 1);
      for (let beat = 0; beat < 40; beat += 1) near(host.pulses(quarter).heardBpm, 120, 0.1, `seed ${seed}`);
    }
  });

  it('keeps the beat within 1 ms of the true one', () => {
    const host = new Host(120, 1000, 3).start().pulses(4 * quarter);
    for (let pulse = 4 * quarter; pulse < 60 * quarter; pulse += 1) {
      host.pulses(1);
      near(host.heardBeat, pulse / pulsesPerBeat, 0.002);
    }
  });

  it('does not drift away over an hour', () => {
    const host = new Host(133.7, 1000, 5).start().pulses(1);
    const downbeat = host.micros;
    host.pulses(Math.round(60 * 133.7) * quarter);
    near(host.heardBeat, ((host.micros - downbeat) / 60_000_000) * 133.7, 0.005);
  });

  it('follows a step of 10 BPM within a beat', () => {
    for (const [from, to] of [[120, 130], [130, 120], [60, 70], [180, 190]]) {
      const clean = new Host(from).pulses(8 * quarter);
      clean.bpm = to;
      near(clean.pulses(quarter).heardBpm, to, 0.1);
      const errors = Array.from({ length: 100 }, (_, seed) => {
        const host = new Host(from, 1000, seed).pulses(8 * quarter);
        host.bpm = to;
        return Math.abs(host.pulses(quarter).heardBpm - to);
      });
      assert.ok(quantile(errors, 0.98) <= 1, `${from} to ${to}: ${quantile(errors, 0.98)}`);
    }
  });

  it('follows half and double the tempo without losing its place', () => {
    for (const [from, to] of [[120, 60], [60, 120], [120, 70], [90, 180]]) {
      const host = new Host(from, 300, 9).start().pulses(8 * quarter);
      host.bpm = to;
      host.pulses(2 * quarter);
      near(host.heardBpm, to, 0.5);
      near(host.heardBeat, 10 - 1 / pulsesPerBeat, 0.01);
    }
  });

  it('follows an accelerando', () => {
    const host = new Host(100, 0).pulses(4 * quarter);
    for (let pulse = 0; pulse < 20 * quarter; pulse += 1) {
      host.bpm += 1 / pulsesPerBeat;
      host.pulses(1);
      near(host.heardBpm, host.bpm, 1);
    }
  });

  it('believes the assumed tempo until two pulses have come', () => {
    const follower = new PulseFollower({ bpm: 97 });
    assert.equal(Math.round(follower.pulse(5_000_000).timeline?.bpm ?? 0), 97);
  });
});

describe('PulseFollower: lost pulses', () => {
  it('infers a pulse that is missing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 8, max: 100 }), fc.integer(), (lost, before, seed) => {
        const host = new Host(120, 500, seed).start().pulses(before);
        host.micros += lost * host.interval();
        host.pulses(quarter);
        near(host.heardBeat, (before + lost + quarter - 1) / pulsesPerBeat, 0.01);
      }),
    );
  });

  it('does not count pulses twice that come late and all at once', () => {
    const host = new Host(120).start().pulses(48);
    host.micros += 10 * host.interval();
    for (let pulse = 0; pulse < 10; pulse += 1) host.hear(host.follower.pulse(host.micros));
    host.pulses(quarter);
    near(host.heardBeat, (48 + 10 + quarter - 1) / pulsesPerBeat, 0.01);
  });

  it('survives any one pulse in ten being lost', () => {
    const random = randomFrom(11);
    const host = new Host(120, 300, 12).start().pulses(2 * quarter);
    let sent = 2 * quarter;
    for (let pulse = 0; pulse < 40 * quarter; pulse += 1) {
      if (random() < 0.1) host.micros += host.interval();
      else host.pulses(1);
      sent += 1;
    }
    host.pulses(1);
    near(host.heardBpm, 120, 0.1);
    near(host.heardBeat, sent / pulsesPerBeat, 0.01);
  });

  it('takes a silence of more than two beats for a clock that stopped: the next pulse is the next position', () => {
    const host = new Host(120).start().pulses(quarter);
    host.micros += 3_000_000;
    assert.ok(host.follower.isQuiet(host.micros));
    host.pulses(1);
    near(host.heardBeat, 1, 1e-6);
    near(host.heardBpm, 120, 1e-6);
    assert.ok(!host.follower.isQuiet(host.micros));
  });

  it('is quiet before the first pulse and after two beats of silence', () => {
    const host = new Host(60);
    assert.ok(host.follower.isQuiet(0));
    host.pulses(10);
    assert.ok(!host.follower.isQuiet(host.micros + 1_900_000));
    assert.ok(host.follower.isQuiet(host.micros + 2_100_000));
  });

  it('takes a stamp that goes back for the one before', () => {
    const host = new Host(120).start().pulses(100);
    const before = host.heardBeat;
    host.hear(host.follower.pulse(host.micros - 5_000));
    assert.ok(host.heardBeat >= before - 0.1);
  });
});

describe('PulseFollower: clocks that stumble', () => {
  /** Sends pulses so many intervals after each other. */
  function stumble(host: Host, intervals: readonly number[]): void {
    for (const interval of intervals) {
      host.micros += (interval - 1) * host.interval();
      host.pulses(1);
    }
  }

  it('keeps the tempo when the pulse behind the downbeat comes too soon', () => {
    const host = new Host(180).pulses(96).start();
    stumble(host, [1.6, 0.3, 0.9]);
    near(host.heardBpm, 180, 3);
  });

  it('takes no tempo for the true one that is wrong by the same share at every pulse', () => {
    const host = new Host(180).pulses(48).start();
    // As heard from a host on a machine with more to do than it could: 23 pulses from the downbeat on.
    stumble(host, [1.63, 0.27, 0.88, 1.14, 1.08, 1, 1, 1.01, 1.06, 0.91, 1.17, 0.82, 0.73, 1.3, 0.93, 1.07, 1.01, 2.84, 0.01, 0.17, 1.07, 1.9, 0.01, 0.99]);
    host.pulses(quarter);
    near(host.heardBpm, 180, 1);
    near(host.heardBeat, (23 + quarter) / pulsesPerBeat, 0.02);
  });

  it('takes pulses that come late by more than half an interval for late, not for lost', () => {
    const host = new Host(180).start().pulses(48);
    stumble(host, [2.63, 0.01, 0.93, 0.75, 0.68]);
    host.pulses(quarter);
    near(host.heardBeat, (52 + quarter) / pulsesPerBeat, 0.01);
  });

  it('counts every pulse of a host that stands still for up to 120 ms about once a second', () => {
    for (const bpm of [90, 140, 180]) {
      for (let seed = 1; seed <= 100; seed += 1) {
        const random = randomFrom(seed);
        const host = new Host(bpm, 0, seed).start();
        const interval = host.interval();
        const origin = host.micros;
        let busyUntil = 0;
        let nextStall = random() * 2_000_000;
        const count = 16 * quarter;
        for (let pulse = 0; pulse < count; pulse += 1) {
          const due = pulse * interval;
          for (; nextStall < due && pulse < count - 2 * quarter; nextStall += random() * 2_000_000) {
            busyUntil = Math.max(busyUntil, nextStall + random() * 120_000);
          }
          // What is overdue is sent as fast as it goes.
          busyUntil += random() * 200;
          host.micros = origin + Math.max(due, busyUntil);
          host.hear(host.follower.pulse(host.micros));
        }
        near(host.heardBpm, bpm, 1, `seed ${seed}`);
        near(host.heardBeat, (count - 1) / pulsesPerBeat, 0.01, `seed ${seed}`);
      }
    }
  });

  it('takes pulses back that it thought lost when they come after all', () => {
    const host = new Host(120).start().pulses(48);
    // One interval behind for five pulses, as if one were lost; then two at once.
    stumble(host, [2, 1, 1, 1, 1, 0.01, 0.99]);
    host.pulses(quarter);
    near(host.heardBeat, (48 + 6 + quarter) / pulsesPerBeat, 0.01);
  });

  it('is back in tempo and place within two beats after a machine that stood still for a moment', () => {
    for (const late of [2, 4, 7]) {
      const host = new Host(180, 500, late).start().pulses(48);
      stumble(host, [late + 1, ...Array.from({ length: late }, () => 0.02), 0.98 - 0.02 * late]);
      host.pulses(2 * quarter);
      near(host.heardBpm, 180, 0.5);
      near(host.heardBeat, (48 + late + 1 + 2 * quarter) / pulsesPerBeat, 0.02, `after ${late} pulses`);
    }
  });
});

describe('PulseFollower: transport', () => {
  it('makes the first pulse after start the downbeat', () => {
    const host = new Host(120).pulses(30).start();
    assert.equal(host.changes.length, 0);
    host.pulses(1);
    assert.equal(host.changes.length, 1);
    const [change] = host.changes;
    assert.equal(change.type, 'start');
    assert.equal(change.beat, 0);
    near(change.micros, host.micros, 1);
    near(host.heardBeat, 0, 1e-6);
    assert.ok(host.follower.playing);
  });

  it('takes a downbeat that is off the running clock, and keeps the tempo', () => {
    for (const shift of [-0.6, -0.3, 0.4, 1.5, 40]) {
      const host = new Host(120, 0).pulses(96).start();
      host.micros += shift * host.interval();
      host.pulses(1);
      near(host.heardBeat, 0, 1e-6, `shift ${shift}`);
      near(host.heardBpm, 120, 1e-6);
      host.pulses(quarter);
      near(host.heardBeat, 1, 1e-6);
      near(host.heardBpm, 120, 1e-3);
    }
  });

  it('starts on a clock that was silent until then', () => {
    const host = new Host(150).start().pulses(1);
    assert.equal(host.changes[0].type, 'start');
    host.pulses(quarter);
    near(host.heardBeat, 1, 1e-6);
    near(host.heardBpm, 150, 1e-3);
  });

  it('continues with the pulse after the last one that played', () => {
    const host = new Host(120).start().pulses(quarter + 6).stop();
    assert.deepEqual(host.changes.map(({ type }) => type), ['start', 'stop']);
    near(host.changes[1].beat, 1 + 5 / 24, 1e-6);
    host.pulses(100).continue().pulses(1);
    assert.equal(host.changes[2].type, 'continue');
    near(host.changes[2].beat, 1.25, 1e-9);
    near(host.heardBeat, 1.25, 1e-6);
  });

  it('continues from the song position', () => {
    const host = new Host(120).pulses(48);
    host.hear(host.follower.songPosition(37, host.micros));
    assert.deepEqual(host.changes.pop(), { type: 'locate', beat: 9.25, micros: host.micros });
    host.continue().pulses(1);
    assert.equal(host.changes[0].beat, 9.25);
    near(host.heardBeat, 9.25, 1e-6);
  });

  it('starts from the top whatever the song position was', () => {
    const host = new Host(120).pulses(48);
    host.hear(host.follower.songPosition(37, host.micros));
    host.start().pulses(1);
    assert.equal(host.changes.at(-1)?.beat, 0);
  });

  it('goes where a host jumps to while it plays', () => {
    const host = new Host(120).start().pulses(48);
    host.hear(host.follower.songPosition(16, host.micros));
    host.pulses(1);
    assert.deepEqual(host.changes.map(({ type, beat }) => [type, beat]), [['start', 0], ['locate', 4]]);
    near(host.heardBeat, 4, 1e-6);
  });

  it('follows a host that loops by stop, song position and continue between two pulses', () => {
    const host = new Host(120, 200, 4).start().pulses(4 * quarter);
    for (let loop = 0; loop < 5; loop += 1) {
      host.stop();
      host.hear(host.follower.songPosition(0, host.micros));
      host.continue().pulses(1);
      near(host.heardBeat, 0, 0.02);
      near(host.heardBpm, 120, 0.2);
      host.pulses(4 * quarter - 1);
    }
  });

  it('gives up a start that is stopped before its first pulse', () => {
    const host = new Host(120).pulses(48).start().stop().pulses(10);
    assert.deepEqual(host.changes.map(({ type }) => type), ['stop']);
    assert.ok(!host.follower.playing);
  });

  it('keeps telling the tempo while the host is stopped', () => {
    const host = new Host(120).start().pulses(100).stop();
    host.bpm = 100;
    host.pulses(3 * quarter);
    near(host.heardBpm, 100, 0.1);
    assert.ok(!host.follower.playing);
  });

  it('never runs its beats backwards while the host plays steadily', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 40, max: 200, noNaN: true }), (seed, bpm) => {
        const host = new Host(bpm, 1000, seed).start().pulses(12);
        let last = host.heardBeat;
        for (let pulse = 0; pulse < 8 * quarter; pulse += 1) {
          const now = host.pulses(1).heardBeat;
          assert.ok(now > last, `pulse ${pulse}: ${now} after ${last}`);
          last = now;
        }
      }),
    );
  });
});
