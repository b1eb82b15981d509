import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { constantCode } from '../../../../src/plugins/tokenizers/beat-kmeans/velocity-codec.js';
import { nearestVelocityCode, velocityOf } from '../../../../src/plugins/tokenizers/beat-kmeans/velocity-table.js';

const velocity = fc.integer({ min: 1, max: 127 });

describe('the velocity table of beat-kmeans', () => {
  it('tells one velocity exactly, for any number of onsets', () => {
    for (let each = 1; each <= 127; each += 1) {
      for (const count of [1, 2, 5]) {
        assert.equal(nearestVelocityCode(new Array<number>(count).fill(each), count), constantCode(each));
        assert.equal(velocityOf(constantCode(each), count - 1, count), each);
      }
    }
  });

  it('goes on a straight line from its first velocity by its delta', () => {
    const code = 127 + 17 * 11 + 10;
    assert.deepEqual([0, 1, 2].map((index) => velocityOf(code, index, 3)), [64, 84, 104]);
    assert.equal(velocityOf(511, 1, 2), 127);
    assert.equal(velocityOf(127, 1, 2), 1);
  });

  it('tells all its 512 codes within the velocities of MIDI', () => {
    for (let code = 0; code < 512; code += 1) {
      for (let index = 0; index < 24; index += 1) {
        const value = velocityOf(code, index, 24);
        assert.ok(Number.isInteger(value) && value >= 1 && value <= 127);
      }
    }
  });

  it('chooses again for what it told the code that told it', () => {
    fc.assert(fc.property(fc.array(velocity, { minLength: 1, maxLength: 6 }), (velocities) => {
      const code = nearestVelocityCode(velocities, velocities.length);
      const told = velocities.map((_, index) => velocityOf(code, index, velocities.length));
      assert.equal(nearestVelocityCode(told, told.length), code);
    }));
  });

  it('is never further than 27 from either of two velocities up to 67 apart', () => {
    fc.assert(fc.property(velocity, velocity, (first, second) => {
      fc.pre(Math.abs(first - second) <= 67);
      const code = nearestVelocityCode([first, second], 2);
      assert.ok(Math.abs(velocityOf(code, 0, 2) - first) <= 27);
      assert.ok(Math.abs(velocityOf(code, 1, 2) - second) <= 27);
    }));
  });
});
