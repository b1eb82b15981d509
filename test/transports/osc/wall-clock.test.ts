import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { WallClock } from '../../../src/transports/osc/wall-clock.js';

const unixMicros = 1_800_000_000_000_000;

/** A monotonic clock, and beside it a wall clock in whole milliseconds that starts anywhere and may run wrong. */
class Clocks {
  readonly monotonic = new VirtualClock(5_000_000);
  wallMicros: number;

  constructor(phaseMicros: number) {
    this.wallMicros = unixMicros + phaseMicros;
  }

  get wallClock(): WallClock {
    return new WallClock(this.monotonic, () => Math.floor(this.wallMicros / 1000));
  }

  pass(micros: number, rate = 1): void {
    this.monotonic.advanceTo(this.monotonic.now() + micros);
    this.wallMicros += micros * rate;
  }

  /** How far off the wall clock's opinion of now is, in microseconds. */
  error(wallClock: WallClock): number {
    return wallClock.unixSeconds(this.monotonic.now()) * 1_000_000 - this.wallMicros;
  }
}

const phase = fc.integer({ min: 0, max: 999 });
const gaps = fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 60, maxLength: 120 });

describe('the wall clock', () => {
  it('is right to half a millisecond after one reading', () => {
    fc.assert(
      fc.property(phase, (start) => {
        const clocks = new Clocks(start);
        const wallClock = clocks.wallClock;
        wallClock.read();
        assert.ok(Math.abs(clocks.error(wallClock)) <= 501);
      }),
    );
  });

  it('is right to a third of a millisecond after a minute of odd readings', () => {
    fc.assert(
      fc.property(phase, gaps, (start, passes) => {
        const clocks = new Clocks(start);
        const wallClock = clocks.wallClock;
        for (let round = 0; round < 3; round += 1) {
          for (const micros of passes) {
            clocks.pass(micros);
            wallClock.read();
          }
        }
        assert.ok(Math.abs(clocks.error(wallClock)) <= 333, `${clocks.error(wallClock)} µs`);
      }),
    );
  });

  it('follows a wall clock that a time daemon slews', () => {
    const clocks = new Clocks(321);
    const wallClock = clocks.wallClock;
    for (let index = 0; index < 2000; index += 1) {
      clocks.pass(50_123, 1.0003);
      wallClock.read();
    }
    assert.ok(Math.abs(clocks.error(wallClock)) <= 1000, `${clocks.error(wallClock)} µs`);
  });

  it('moves neighbouring stamps by less than 0.1 ms against each other', () => {
    const clocks = new Clocks(777);
    const wallClock = clocks.wallClock;
    for (let index = 0; index < 50; index += 1) {
      clocks.pass(10_037);
      wallClock.read();
    }
    let before = wallClock.unixSeconds(0);
    for (let index = 0; index < 500; index += 1) {
      clocks.pass(10_037);
      wallClock.read();
      const after = wallClock.unixSeconds(0);
      assert.ok(Math.abs(after - before) < 100e-6, `${(after - before) * 1e6} µs`);
      before = after;
    }
  });

  it('starts anew when the wall clock is set', () => {
    const clocks = new Clocks(0);
    const wallClock = clocks.wallClock;
    for (let index = 0; index < 20; index += 1) {
      clocks.pass(10_500);
      wallClock.read();
    }
    clocks.wallMicros -= 3_600_000_000;
    wallClock.read();
    assert.ok(Math.abs(clocks.error(wallClock)) <= 501);
  });

  it('is right to a millisecond at the first reading after a pause, however the clocks drifted or were set in it, and stays so', () => {
    const pause = fc.integer({ min: 0, max: 3_600_000_000 });
    const drift = fc.double({ min: -200e-6, max: 200e-6, noNaN: true });
    const step = fc.integer({ min: -2_000_000, max: 2_000_000 });
    fc.assert(
      fc.property(phase, fc.array(fc.tuple(pause, drift, step), { minLength: 1, maxLength: 5 }), gaps, (start, pauses, passes) => {
        const clocks = new Clocks(start);
        const wallClock = clocks.wallClock;
        wallClock.calibrate();
        for (const [micros, rate, set] of pauses) {
          clocks.pass(micros, 1 + rate);
          clocks.wallMicros += set;
          for (const note of passes) {
            wallClock.read();
            assert.ok(Math.abs(clocks.error(wallClock)) <= 1001, `${clocks.error(wallClock)} µs`);
            clocks.pass(note, 1);
          }
        }
      }),
    );
  });

  it('converts there and back', () => {
    const clocks = new Clocks(250);
    const wallClock = clocks.wallClock;
    wallClock.read();
    assert.ok(Math.abs(wallClock.micros(wallClock.unixSeconds(123_456_789)) - 123_456_789) < 1);
  });

  it('knows the real clocks to a tenth of a millisecond once calibrated', () => {
    const wallClock = new WallClock();
    wallClock.calibrate();
    const now = wallClock.unixSeconds(Number(process.hrtime.bigint()) / 1000) * 1000;
    const wall = Date.now();
    assert.ok(now - wall > -1 && now - wall < 2, `${now - wall} ms`);
  });
});
