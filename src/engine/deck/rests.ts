import type { Beats } from '../music/units.js';

const longestRest: Beats = 16;

/** A deck that fell behind starts again at least this far ahead, twice as far each time it fails. */
export const shortestRest: Beats = 1;

/** How long a deck rests that the music has overtaken. */
export class Rests {
  private beats: Beats = shortestRest;
  private count = 0;

  /** Whether it has rested and has not been ahead of the music since. */
  get resting(): boolean {
    return this.beats > shortestRest;
  }

  /** Times it had to rest. */
  get taken(): number {
    return this.count;
  }

  /** Where to start again after a rest that begins at `now`, which lasts `wanted` beats or more. */
  startAfter(now: Beats, wanted: Beats): Beats {
    const start = Math.ceil(now + Math.min(longestRest, Math.max(this.beats, wanted)));
    this.beats = Math.min(longestRest, this.beats * 2);
    this.count += 1;
    return start;
  }

  /** It is ahead of the music again. */
  end(): void {
    this.beats = shortestRest;
  }
}
