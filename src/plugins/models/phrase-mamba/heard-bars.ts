import type { CodeBook } from './code-book.js';

/** Bars that are kept beyond those that may come back, so that a rewind finds them. */
const sparedBars = 256;

interface HeardBar {
  readonly index: number;
  readonly code: number;
  readonly latent: Float32Array;
}

/** By code: the latest bar that was near it, and how many were. */
export interface HeardWithinReach {
  readonly latest: ReadonlyMap<number, Float32Array>;
  readonly times: ReadonlyMap<number, number>;
}

export const nothingHeard: HeardWithinReach = { latest: new Map(), times: new Map() };

/** Where the bars of a stream were in the space of bars, so that a code can bring back the very bar that was there last. */
export class HeardBars {
  private bars: HeardBar[] = [];

  /** @param reach how many bars back may come again; 0: none. */
  constructor(
    private readonly book: CodeBook,
    private readonly reach: number,
  ) {}

  /** Takes in the bar `index`, in place of it and of what came after it on a path that was left. */
  add(index: number, latent: Float32Array): void {
    if (this.reach === 0) return;
    while (this.bars.length > 0 && this.bars[this.bars.length - 1].index >= index) this.bars.pop();
    this.bars.push({ index, code: this.book.nearest(latent), latent });
    if (this.bars.length >= 2 * (this.reach + sparedBars)) this.bars = this.bars.slice(-this.reach - sparedBars);
  }

  /** Whether all bars within reach of the bar `before` are still there. */
  reachesTo(before: number): boolean {
    return this.reach === 0 || before === 0 || (this.bars.length > 0 && this.bars[0].index <= Math.max(0, before - this.reach));
  }

  /** What is within reach of the bar `before`. */
  upTo(before: number): HeardWithinReach {
    const latest = new Map<number, Float32Array>();
    const times = new Map<number, number>();
    for (const { index, code, latent } of this.bars) {
      if (index >= before || index < before - this.reach) continue;
      latest.set(code, latent);
      times.set(code, (times.get(code) ?? 0) + 1);
    }
    return { latest, times };
  }
}
