import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { slopeOfBoundedNoise } from '../../../src/engine/time/bounded-noise.js';
import { randomFrom } from './support/pulse-host.js';

const pulses = 49;
const interval = 13_889;

/** Least squares, and what is made of it, over many lines with noise of one kind: the medians of how far they are off. */
function compared(noise: (random: () => number) => number, lines = 300): { readonly leastSquares: number; readonly corrected: number } {
  const leastSquares: number[] = [];
  const corrected: number[] = [];
  for (let seed = 1; seed <= lines; seed += 1) {
    const random = randomFrom(seed);
    const times = Float64Array.from({ length: pulses }, (_unused, index) => 9e9 + index * interval + noise(random));
    const indices = Float64Array.from({ length: pulses }, (_unused, index) => 7 + index);
    const { slope, spread } = fit(indices, times);
    leastSquares.push(Math.abs(slope - interval));
    corrected.push(Math.abs(slopeOfBoundedNoise(indices, times, pulses, slope, spread) - interval));
  }
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1];
  return { leastSquares: median(leastSquares), corrected: median(corrected) };
}

function fit(indices: Float64Array, times: Float64Array): { readonly slope: number; readonly spread: number } {
  const meanIndex = indices.reduce((sum, index) => sum + index, 0) / indices.length;
  let spread = 0;
  let covariance = 0;
  indices.forEach((index, at) => {
    spread += (index - meanIndex) ** 2;
    covariance += (index - meanIndex) * (times[at] - times[0]);
  });
  return { slope: covariance / spread, spread };
}

describe('slopeOfBoundedNoise', () => {
  it('is at least twice as near as least squares where every pulse is up to 1 ms off', () => {
    const { leastSquares, corrected } = compared((random) => (random() * 2 - 1) * 1000);
    assert.ok(corrected * 2 < leastSquares, `${corrected} against ${leastSquares}`);
  });

  it('is hardly worse where noise has tails, and where some pulses stumble', () => {
    const bell = compared((random) => 577 * Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random()));
    assert.ok(bell.corrected < bell.leastSquares * 1.25, `${bell.corrected} against ${bell.leastSquares}`);
    const stumbling = compared((random) => (random() < 0.03 ? 3000 : 0) + (random() * 2 - 1) * 1000);
    assert.ok(stumbling.corrected < stumbling.leastSquares * 1.1, `${stumbling.corrected} against ${stumbling.leastSquares}`);
  });

  it('leaves an exact line as it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 2_000, max: 130_000, noNaN: true }), fc.integer({ min: 2, max: 96 }), (slope, count) => {
        const indices = Float64Array.from({ length: count }, (_unused, index) => index);
        assert.equal(slopeOfBoundedNoise(indices, indices.map((index) => index * slope), count, slope, 1_000), slope);
      }),
    );
  });

  it('is always near the least squares, and a number, whatever the times', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 16, maxLength: 96 }), (noise) => {
        const indices = Float64Array.from(noise, (_unused, index) => index);
        const times = Float64Array.from(noise, (off, index) => index * interval + off);
        const { slope, spread } = fit(indices, times);
        const found = slopeOfBoundedNoise(indices, times, noise.length, slope, spread);
        assert.ok(Math.abs(found - slope) <= (3 * 1e6) / Math.sqrt(spread));
      }),
    );
  });
});
