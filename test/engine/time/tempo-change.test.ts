import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { partLines, type Parting } from '../../../src/engine/time/tempo-change.js';

/** Sum of the squared misses of a line of its own. */
function squares(indices: readonly number[], misses: readonly number[]): number {
  const count = indices.length;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / count;
  const [meanIndex, meanMiss] = [mean(indices), mean(misses)];
  const spread = indices.reduce((sum, index) => sum + (index - meanIndex) ** 2, 0);
  const slope = indices.reduce((sum, index, at) => sum + (index - meanIndex) * (misses[at] - meanMiss), 0) / spread;
  return indices.reduce((sum, index, at) => sum + (misses[at] - meanMiss - slope * (index - meanIndex)) ** 2, 0);
}

function parted(indices: readonly number[], misses: readonly number[], bound = Infinity, fewest = 3): Parting {
  const found: Parting = { at: -1, gain: 0 };
  partLines(Float64Array.from(indices), Float64Array.from(misses), 0, indices.length, fewest, bound, found);
  return found;
}

describe('partLines', () => {
  it('finds the place, and the gain, that trying every place finds', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.double({ min: -2000, max: 2000, noNaN: true })), { minLength: 7, maxLength: 60 }), (pulses) => {
        let index = 100;
        const indices = pulses.map(([step]) => (index += step));
        const misses = pulses.map(([, miss]) => miss);
        const whole = squares(indices, misses);
        const gains = indices.map((_unused, at) =>
          at < 4 || indices.length - at < 3 ? -Infinity : whole - squares(indices.slice(0, at), misses.slice(0, at)) - squares(indices.slice(at), misses.slice(at)),
        );
        const best = Math.max(...gains);
        const found = parted(indices, misses);
        assert.ok(Math.abs(found.gain - best) <= 1e-6 * (1 + whole), `${found.gain} and ${best}`);
        assert.ok(gains[found.at] >= best - 1e-6 * (1 + whole));
      }),
    );
  });

  it('gains nothing where all lie on one line, and names the first place there is', () => {
    assert.deepEqual(parted([0, 1, 2, 3, 4, 5, 6, 7], [0, 0, 0, 0, 0, 0, 0, 0]), { at: 4, gain: 0 });
  });

  it('finds the knee of a bent line', () => {
    const indices = Array.from({ length: 40 }, (_unused, at) => at);
    const { at } = parted(indices, indices.map((index) => Math.max(0, index - 25) * 500));
    assert.ok(at === 25 || at === 26, String(at));
  });

  it('lets a stray weigh no more than its bound', () => {
    const indices = Array.from({ length: 40 }, (_unused, at) => at);
    const { gain } = parted(indices, indices.map((index) => (index === 38 ? 50_000 : 0)), 1_000);
    assert.ok(gain <= 1_000 ** 2, String(gain));
  });

  it('parts nothing that is too short for two lines', () => {
    assert.deepEqual(parted([0, 1, 2, 3, 4, 5], [0, 0, 0, 9, 9, 9]), { at: -1, gain: 0 });
  });
});
