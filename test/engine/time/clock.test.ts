import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { monotonicClock, VirtualClock } from '../../../src/engine/time/clock.js';

describe('monotonicClock', () => {
  it('never goes back', () => {
    let last = monotonicClock.now();
    for (let reading = 0; reading < 1000; reading += 1) {
      const now = monotonicClock.now();
      assert.ok(now >= last);
      last = now;
    }
  });
});

describe('VirtualClock', () => {
  it('moves only when told, and only forward', () => {
    const clock = new VirtualClock(5);
    assert.equal(clock.now(), 5);
    clock.advanceTo(7);
    assert.equal(clock.now(), 7);
    assert.throws(() => clock.advanceTo(6), RangeError);
    assert.equal(clock.now(), 7);
  });
});
