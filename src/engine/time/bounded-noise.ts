import type { Micros } from '../music/units.js';

/** With fewer pulses than this the shape of their noise cannot be told. */
const fewestPulses = 16;
/** Largest over typical miss: below `bounded` noise ends at an edge, above `unbounded` it has tails; between, it is weighed. */
const bounded = 1.9;
const unbounded = 2.15;
/** Slopes tried on either side of the least-squares one, and up to how many of its standard errors away. */
const trials = 12;
const farthestErrors = 3;
/** Strips of the slopes tried; no call outlives its own. */
const heights = new Float64Array(2 * trials + 1);
/** A clean clock needs no second opinion. */
const negligibleNoise: Micros = 5;

/**
 * A better slope than least squares where noise has edges, as that of a clock that goes over frames of USB, buffers of sound
 * or turns of a loop has: there the outermost pulses say most. A slope is as likely as the strip of its height that holds
 * all pulses is narrow, to the power of their number; the mean over the slopes is two to three times nearer than least
 * squares. Where noise has tails, the least-squares slope is returned.
 *
 * Pure. Blocks: no. Allocates: no.
 * @param indices where on the line the pulses are, the newest last
 * @param times when they came
 * @param slope of least squares
 * @param spread sum of squared distances of the indices from their mean
 */
export function slopeOfBoundedNoise(indices: Float64Array, times: Float64Array, count: number, slope: Micros, spread: number): Micros {
  if (count < fewestPulses) return slope;
  const noise = deviation(indices, times, count, slope);
  if (noise < negligibleNoise) return slope;
  const step = (farthestErrors * noise) / Math.sqrt(spread) / trials;
  let narrowest = Infinity;
  for (let at = 0; at < heights.length; at += 1) {
    heights[at] = height(indices, times, count, slope + (at - trials) * step);
    narrowest = Math.min(narrowest, heights[at]);
  }
  const trust = Math.min(1, (unbounded - narrowest / 2 / noise) / (unbounded - bounded));
  if (trust <= 0) return slope;
  let weights = 0;
  let correction = 0;
  for (let at = 0; at < heights.length; at += 1) {
    const weight = (narrowest / heights[at]) ** (count - 2);
    weights += weight;
    correction += weight * (at - trials) * step;
  }
  return slope + (trust * correction) / weights;
}

/** Height of the strip of this slope that holds all pulses. */
function height(indices: Float64Array, times: Float64Array, count: number, slope: Micros): Micros {
  let lowest = Infinity;
  let highest = -Infinity;
  for (let at = 0; at < count; at += 1) {
    const off = times[at] - times[0] - slope * (indices[at] - indices[0]);
    if (off < lowest) lowest = off;
    if (off > highest) highest = off;
  }
  return highest - lowest;
}

/** Standard deviation of the pulses from the line of this slope. */
function deviation(indices: Float64Array, times: Float64Array, count: number, slope: Micros): Micros {
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < count; at += 1) {
    const off = times[at] - times[0] - slope * (indices[at] - indices[0]);
    sum += off;
    squares += off * off;
  }
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}
