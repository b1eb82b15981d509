/** A line before the change needs this many pulses, or there is nothing that could have changed. */
const fewestBefore = 4;

/**
 * Where a row of pulses is best parted in two lines, and by how much the squares of their misses grow less: by nothing where all
 * lie on one line. One object, used again.
 */
export interface Parting {
  /** The first pulse of the second line, of several that are as good the first; -1 where there are too few pulses for two. */
  at: number;
  gain: number;
}

/**
 * Parts pulses in two rows, each with a line of its own, so that the sum of the squared misses is least. Every place is tried, in
 * one pass over running sums.
 *
 * Pure but for `found`. Blocks: no. Allocates: no.
 * @param indices where on the line the pulses are
 * @param misses how far each is from the line through all; misses beyond `bound` count as `bound`, so that no stray makes a change
 * @param fewestAfter pulses that the second line must stand on, >= 2
 */
export function partLines(
  indices: Float64Array, misses: Float64Array, from: number, until: number, fewestAfter: number, bound: number, found: Parting,
): void {
  found.at = -1;
  found.gain = 0;
  const count = until - from;
  if (count < fewestBefore + fewestAfter) return;
  const zero = indices[until - 1];
  let allX = 0;
  let allXX = 0;
  let allM = 0;
  let allXM = 0;
  for (let at = from; at < until; at += 1) {
    const x = indices[at] - zero;
    const miss = bounded(misses[at], bound);
    allX += x;
    allXX += x * x;
    allM += miss;
    allXM += x * miss;
  }
  const explainedByOne = explained(count, allX, allXX, allM, allXM);
  let x1 = 0;
  let xx1 = 0;
  let m1 = 0;
  let xm1 = 0;
  for (let at = from; at < until - fewestAfter; at += 1) {
    const x = indices[at] - zero;
    const miss = bounded(misses[at], bound);
    x1 += x;
    xx1 += x * x;
    m1 += miss;
    xm1 += x * miss;
    const before = at + 1 - from;
    if (before < fewestBefore) continue;
    const gain = explained(before, x1, xx1, m1, xm1) + explained(count - before, allX - x1, allXX - xx1, allM - m1, allXM - xm1) - explainedByOne;
    if (found.at < 0 || gain > found.gain) {
      found.gain = gain;
      found.at = at + 1;
    }
  }
}

/** By how much a line of their own lessens the squares of so many misses. */
function explained(count: number, x: number, xx: number, miss: number, xMiss: number): number {
  const spread = xx - (x * x) / count;
  const covariance = xMiss - (x * miss) / count;
  return (miss * miss) / count + (spread > 0 ? (covariance * covariance) / spread : 0);
}

function bounded(miss: number, bound: number): number {
  return miss > bound ? bound : miss < -bound ? -bound : miss;
}
