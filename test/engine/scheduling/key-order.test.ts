import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KeyOrder } from '../../../src/engine/scheduling/key-order.js';

describe('the order of keys', () => {
  it('is that in which they came, whichever of them go', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 60 }), (keys) => {
        const order = new KeyOrder(8);
        let expected: number[] = [];
        for (const key of keys) {
          if (expected.includes(key)) {
            order.remove(key);
            expected = expected.filter((each) => each !== key);
          } else {
            order.add(key);
            expected.push(key);
          }
          const walked: number[] = [];
          for (let each = order.first; each >= 0; each = order.after(each)) walked.push(each);
          assert.deepEqual(walked, expected);
        }
      }),
    );
  });
});
