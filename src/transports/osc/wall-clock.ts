import type { Micros } from '../../engine/music/units.js';
import { monotonicClock, type Clock } from '../../engine/time/clock.js';

const millisecond = 1000;
/** Widening of what is known, per microsecond: the fastest a wall clock is slewed by a time daemon. */
const slew = 500e-6;
/** Share of a correction taken at once; the rest follows, so that neighbouring notes keep their distance. */
const share = 0.1;
const calibrationLimit = 3 * millisecond;
const calibratedWidth = 50;
/** Ends the reading where time stands still. */
const maximumReadings = 50_000;

/**
 * Converts the engine's monotonic time to UNIX time, for OSC time tags.
 *
 * The wall clock is read in whole milliseconds, so one reading only says that the offset between the two clocks lies in
 * an interval a millisecond wide. Readings at different phases intersect to a few microseconds; the middle of that
 * interval, averaged, is the offset, and it never leaves the interval: after a pause, in which the clocks have drifted or
 * were set, the first reading puts it right. A reading outside of what is possible means that the wall clock was set: start anew.
 *
 * Thread: one. Blocks: `calibrate` spins up to 3 ms, the rest never. Allocates: no.
 */
export class WallClock {
  private low = -Infinity;
  private high = Infinity;
  private offset = 0;
  private readAt: Micros = 0;
  private known = false;

  constructor(
    private readonly clock: Clock = monotonicClock,
    private readonly wallMilliseconds: () => number = Date.now,
  ) {}

  /** Reads until the offset is known to 50 µs. */
  calibrate(): void {
    const end = this.clock.now() + calibrationLimit;
    for (let readings = 0; readings < maximumReadings && this.clock.now() < end; readings += 1) {
      this.read();
      if (this.high - this.low <= calibratedWidth) break;
    }
    this.offset = (this.low + this.high) / 2;
  }

  /** Takes one reading of both clocks. Call now and then. */
  read(): void {
    const before = this.clock.now();
    const wall = this.wallMilliseconds() * millisecond;
    const after = this.clock.now();
    const widening = this.known ? (after - this.readAt) * slew : 0;
    const low = Math.max(this.low - widening, wall - after);
    const high = Math.min(this.high + widening, wall + millisecond - before);
    this.readAt = after;
    const isPossible = low <= high;
    this.low = isPossible ? low : wall - after;
    this.high = isPossible ? high : wall + millisecond - before;
    const middle = (this.low + this.high) / 2;
    this.offset = this.known && isPossible ? Math.max(this.low, Math.min(this.high, this.offset + share * (middle - this.offset))) : middle;
    this.known = true;
  }

  /** UNIX time in seconds, with its fraction. */
  unixSeconds(micros: Micros): number {
    return (micros + this.offset) / 1_000_000;
  }

  /** The engine's time of a UNIX time in seconds. */
  micros(unixSeconds: number): Micros {
    return unixSeconds * 1_000_000 - this.offset;
  }
}
