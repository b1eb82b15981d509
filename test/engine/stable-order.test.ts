import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { stableOrder } from '../../src/engine/stable-order.js';

describe('the stable order of indexes', () => {
  it('is that of Array.sort, and nothing where all is in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 200 }), (values) => {
        const expected = [...values.keys()].sort((a, b) => values[a] - values[b]);
        const order = stableOrder(values.length, (a, b) => values[a] - values[b]);
        const isInOrder = values.every((value, index) => index === 0 || values[index - 1] <= value);
        assert.equal(order === undefined, isInOrder);
        assert.deepEqual([...(order ?? values.keys())], expected);
      }),
    );
  });
});
