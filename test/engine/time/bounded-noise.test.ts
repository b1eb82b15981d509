import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BoundedNoise } from '../../../src/engine/time/bounded-noise.js';
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
    const { slope } = fit(indices, times);
    leastSquares.push(Math.abs(slope - interval));
    corrected.push(Math.abs(slope + correction(indices, times).slope - interval));
  }
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1];
  return { leastSquares: median(leastSquares), corrected: median(corrected) };
}

/** What is to be added to slope and height of the line of least squares. */
function correction(indices: Float64Array, times: Float64Array): BoundedNoise {
  const { slope, meanIndex, meanTime, spread } = fit(indices, times);
  const bounded = new BoundedNoise(indices.length);
  bounded.correct(indices, times.map((time, at) => time - meanTime - slope * (indices[at] - meanIndex)), 0, indices.length, spread);
  return bounded;
}

function fit(indices: Float64Array, times: Float64Array) {
  const meanIndex = indices.reduce((sum, index) => sum + index, 0) / indices.length;
  const meanTime = times.reduce((sum, time) => sum + time / times.length, 0);
  let spread = 0;
  let covariance = 0;
  indices.forEach((index, at) => {
    spread += (index - meanIndex) ** 2;
    covariance += (index - meanIndex) * (times[at] - times[0]);
  });
  return { slope: covariance / spread, spread, meanIndex, meanTime };
}

describe('BoundedNoise', () => {
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
        const { slope: more, offset } = correction(indices, indices.map((index) => index * slope));
        assert.deepEqual([more, offset], [0, 0]);
      }),
    );
  });

  it('is as near as the strips of all pulses say, though it looks at their corners only', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { minLength: 16, maxLength: 60 }), (noise) => {
        const indices = Float64Array.from(noise, (_unused, index) => 3 * index);
        const misses = Float64Array.from(noise);
        const bounded = new BoundedNoise(noise.length);
        bounded.correct(indices, misses, 0, noise.length, 9 * ((noise.length ** 3 - noise.length) / 12));
        const squares = noise.reduce((sum, miss) => sum + miss * miss, 0);
        fc.pre(squares / noise.length > 100);
        const step = (3 * Math.sqrt(squares / noise.length)) / Math.sqrt(9 * ((noise.length ** 3 - noise.length) / 12)) / 12;
        const heights = Array.from({ length: 25 }, (_unused, trial) => {
          const offs = noise.map((miss, at) => miss - (trial - 12) * step * 3 * at);
          return Math.max(...offs) - Math.min(...offs);
        });
        const narrowest = Math.min(...heights);
        const trust = Math.max(0, Math.min(1, (2.15 - narrowest / 2 / Math.sqrt(squares / noise.length)) / 0.25));
        const weights = heights.map((height) => (narrowest / height) ** (noise.length - 2));
        const mean = weights.reduce((sum, weight, trial) => sum + weight * (trial - 12) * step, 0) / weights.reduce((sum, weight) => sum + weight, 0);
        assert.ok(Math.abs(bounded.slope - trust * mean) <= 1e-6 * step + 1e-12, `${bounded.slope} and ${trust * mean}`);
      }),
    );
  });

  it('is always near the least squares, and a number, whatever the times', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 16, maxLength: 96 }), (noise) => {
        const indices = Float64Array.from(noise, (_unused, index) => index);
        const times = Float64Array.from(noise, (off, index) => index * interval + off);
        const { slope, offset } = correction(indices, times);
        assert.ok(Math.abs(slope) <= (3 * 1e6) / Math.sqrt(fit(indices, times).spread));
        assert.ok(Number.isFinite(offset));
      }),
    );
  });
});
