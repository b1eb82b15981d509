import { maximumBpm, type Bpm, type Micros } from '../music/units.js';

/** A pause longer than this begins a new count. */
export const tapTimeoutMicros: Micros = 2_000_000;
/** The median of so many of the last intervals counts: one bad tap among them moves nothing. */
const intervalsKept = 5;
/** Two strokes closer than the fastest tempo are one key that bounced. */
const bounceMicros: Micros = 60_000_000 / maximumBpm;

/**
 * The tempo of somebody who taps the beat: the median of the last five intervals.
 * Thread: one. Blocks: no.
 * @example taps.tap(0); taps.tap(500_000) // → 120
 */
export class TapTempo {
  private readonly intervals: Micros[] = [];
  private last: Micros = -Infinity;

  /** A tap at `micros`; the tempo it makes, `undefined` for the first of a count and for a bounce. */
  tap(micros: Micros): Bpm | undefined {
    const interval = micros - this.last;
    if (interval < bounceMicros) return undefined;
    this.last = micros;
    if (interval > tapTimeoutMicros) {
      this.intervals.length = 0;
      return undefined;
    }
    if (this.intervals.push(interval) > intervalsKept) this.intervals.shift();
    return 60_000_000 / medianOf(this.intervals);
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
