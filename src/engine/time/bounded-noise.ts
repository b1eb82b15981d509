import type { Micros } from '../music/units.js';

/** With fewer pulses than this the shape of their noise cannot be told. */
const fewestPulses = 16;
/** Largest over typical miss: below `bounded` noise ends at an edge, above `unbounded` it has tails; between, it is weighed. */
const bounded = 1.9;
const unbounded = 2.15;
/** Slopes tried on either side of the least-squares one, and up to how many of its standard errors away. */
const trials = 12;
const farthestErrors = 3;
/** A clean clock needs no second opinion. */
const negligibleNoise: Micros = 5;

/**
 * A better line than least squares where noise has edges, as that of a clock that goes over frames of USB, buffers of sound
 * or turns of a loop has: there the outermost pulses say most. A slope is as likely as the strip of its height that holds
 * all pulses is narrow, to the power of their number; the mean over the slopes is two to three times nearer than least
 * squares, and the middle of the strip is nearer than the mean of the pulses. Where noise has tails, least squares stay.
 *
 * Only the corners of the pulses' hull can touch a strip, so every slope looks at some ten pulses and not at all.
 *
 * Thread: one. Blocks: no. Allocates: no.
 */
export class BoundedNoise {
  /** What is to be added to the slope of least squares. */
  slope: Micros = 0;
  /** … and to where the line is at index 0. */
  offset: Micros = 0;
  private readonly upper: Int32Array;
  private readonly lower: Int32Array;
  private readonly heights = new Float64Array(2 * trials + 1);
  private readonly middles = new Float64Array(2 * trials + 1);

  /** @param capacity the most pulses there will be */
  constructor(capacity: number) {
    this.upper = new Int32Array(capacity);
    this.lower = new Int32Array(capacity);
  }

  /**
   * @param indices where on the line the pulses are, rising
   * @param misses how far from the line of least squares they came
   * @param spread sum of squared distances of the indices from their mean
   */
  correct(indices: Float64Array, misses: Float64Array, from: number, until: number, spread: number): void {
    this.slope = 0;
    this.offset = 0;
    const count = until - from;
    if (count < fewestPulses) return;
    let squares = 0;
    for (let at = from; at < until; at += 1) squares += misses[at] * misses[at];
    const noise = Math.sqrt(squares / count);
    if (noise < negligibleNoise) return;
    const corners = this.corners(indices, misses, from, until);
    const step = (farthestErrors * noise) / Math.sqrt(spread) / trials;
    let narrowest = Infinity;
    for (let at = 0; at < this.heights.length; at += 1) {
      this.measure(at, indices, misses, corners.above, corners.below, (at - trials) * step);
      if (this.heights[at] < narrowest) narrowest = this.heights[at];
    }
    const trust = Math.min(1, (unbounded - narrowest / 2 / noise) / (unbounded - bounded));
    if (trust <= 0) return;
    let weights = 0;
    let slope = 0;
    let offset = 0;
    for (let at = 0; at < this.heights.length; at += 1) {
      const weight = Math.exp((count - 2) * Math.log(narrowest / this.heights[at]));
      weights += weight;
      slope += weight * (at - trials) * step;
      offset += weight * this.middles[at];
    }
    this.slope = (trust * slope) / weights;
    this.offset = (trust * offset) / weights;
  }

  private readonly cornerCounts = { above: 0, below: 0 };

  /** Finds the corners of the pulses' hull from above and from below, by Andrew's monotone chain. */
  private corners(indices: Float64Array, misses: Float64Array, from: number, until: number): { readonly above: number; readonly below: number } {
    let above = 0;
    let below = 0;
    for (let at = from; at < until; at += 1) {
      while (above >= 2 && turn(indices, misses, this.upper[above - 2], this.upper[above - 1], at) >= 0) above -= 1;
      this.upper[above] = at;
      above += 1;
      while (below >= 2 && turn(indices, misses, this.lower[below - 2], this.lower[below - 1], at) <= 0) below -= 1;
      this.lower[below] = at;
      below += 1;
    }
    this.cornerCounts.above = above;
    this.cornerCounts.below = below;
    return this.cornerCounts;
  }

  /** Height and middle, at index 0, of the strip of this slope that holds all pulses. */
  private measure(into: number, indices: Float64Array, misses: Float64Array, above: number, below: number, slope: Micros): void {
    let highest = -Infinity;
    for (let corner = 0; corner < above; corner += 1) {
      const at = this.upper[corner];
      const off = misses[at] - slope * indices[at];
      if (off > highest) highest = off;
    }
    let lowest = Infinity;
    for (let corner = 0; corner < below; corner += 1) {
      const at = this.lower[corner];
      const off = misses[at] - slope * indices[at];
      if (off < lowest) lowest = off;
    }
    this.heights[into] = highest - lowest;
    this.middles[into] = (highest + lowest) / 2;
  }
}

/** Above 0 where the way from `one` over `two` to `three` turns up. */
function turn(indices: Float64Array, misses: Float64Array, one: number, two: number, three: number): number {
  return (indices[two] - indices[one]) * (misses[three] - misses[one]) - (misses[two] - misses[one]) * (indices[three] - indices[one]);
}
