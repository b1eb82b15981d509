import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CounterRandom } from '../../../../src/engine/generation/sampling/counter-random.js';

describe('CounterRandom', () => {
  const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

  it('gives the same number for the same seed, stream and counter', () => {
    fc.assert(
      fc.property(seeds, fc.double({ noNaN: true }), fc.nat(10_000), (seed, stream, counter) => {
        const one = new CounterRandom(seed, stream);
        const other = new CounterRandom(1);
        other.reseed(seed, stream);
        one.counter = counter;
        other.counter = counter;
        assert.equal(one.next(), other.next());
        assert.equal(one.counter, counter + 1);
      }),
    );
  });

  it('stays within 0 <= u < 1 and spreads evenly', () => {
    for (const [seed, stream] of [[0, 0], [1, 0], [0, 1], [2 ** 32 - 1, -8.25], [12345, 64]]) {
      const random = new CounterRandom(seed, stream);
      const cells = new Array<number>(64).fill(0);
      const draws = 64_000;
      for (let draw = 0; draw < draws; draw += 1) {
        const u = random.next();
        assert.ok(u >= 0 && u < 1);
        cells[Math.floor(u * 64)] += 1;
      }
      const chiSquare = cells.reduce((sum, cell) => sum + (cell - 1000) ** 2 / 1000, 0);
      // 63 degrees of freedom: beyond 130 once in a million.
      assert.ok(chiSquare < 130, `chi square ${chiSquare} for seed ${seed}, stream ${stream}`);
    }
  });

  it('has nothing to do with its neighbours', () => {
    const sequences = [[0, 0], [1, 0], [2, 0], [0, 1], [0, 2], [0, 4], [0, 8]].map(([seed, stream]) => {
      const random = new CounterRandom(seed, stream);
      return Array.from({ length: 4000 }, () => random.next());
    });
    for (const one of sequences) {
      assert.ok(Math.abs(correlation(one.slice(1), one.slice(0, -1))) < 0.08);
      for (const other of sequences) if (one !== other) assert.ok(Math.abs(correlation(one, other)) < 0.08);
    }
  });
});

function correlation(a: readonly number[], b: readonly number[]): number {
  const product = a.reduce((sum, value, index) => sum + (value - 0.5) * (b[index] - 0.5), 0);
  return (product / a.length) * 12;
}
