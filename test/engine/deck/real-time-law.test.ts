import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isSafe, paceFor, restFor } from '../../../src/engine/deck/real-time-law.js';

describe('the inequalities of the real-time law', () => {
  it('ask that an answer is there before the next is asked for, and reaches until the next is there', () => {
    assert.ok(isSafe(1, 2, 0.3));
    assert.ok(isSafe(2, 4, 1.01));
    assert.equal(isSafe(1, 4, 1.01), false);
    assert.equal(isSafe(2, 3, 1.01), false);
    assert.ok(isSafe(0, 1, 0));
  });

  it('give the shortest interval: a tick where an answer takes less, none where it takes no time', () => {
    assert.deepEqual(paceFor((length) => length / 4), { intervalTicks: 1, lengthTicks: 2, aheadTicks: 1, isSafe: true });
    assert.deepEqual(paceFor(() => 0), { intervalTicks: 0, lengthTicks: 1, aheadTicks: 0, isSafe: true });
  });

  it('ask for more at longer intervals where the way is long, and further ahead', () => {
    assert.deepEqual(paceFor((length) => 1.4 + length / 20), { intervalTicks: 2, lengthTicks: 4, aheadTicks: 2, isSafe: true });
  });

  it('know no pace for a composer that takes more than half of what its music lasts', () => {
    const pace = paceFor((length) => 0.6 * length);
    assert.deepEqual(pace, { intervalTicks: 2, lengthTicks: 2, aheadTicks: 2, isSafe: false });
  });

  it('where none is safe, ask for the least that is composed faster than it plays; where the tempo cannot be held, hardly ever', () => {
    assert.deepEqual(paceFor((length) => 0.4 + 0.9 * length), { intervalTicks: 4, lengthTicks: 4, aheadTicks: 4, isSafe: false });
    assert.deepEqual(paceFor((length) => 1.25 * length), { intervalTicks: 3, lengthTicks: 2, aheadTicks: 3, isSafe: false }, 'now and then too slow');
    assert.deepEqual(paceFor((length) => 1.25 * length, false), { intervalTicks: 128, lengthTicks: 2, aheadTicks: 3, isSafe: false });
  });

  it('hold for every pace that is said to be safe, and one is found wherever half the time suffices', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1, noNaN: true }), fc.double({ min: 0, max: 8, noNaN: true }), (slope, way) => {
        const roundTrip = (length: number): number => way + slope * length;
        const { intervalTicks, lengthTicks, aheadTicks, isSafe: said } = paceFor(roundTrip);
        if (said) assert.ok(isSafe(intervalTicks, lengthTicks, roundTrip(lengthTicks)) && aheadTicks <= intervalTicks);
        else assert.ok(Math.ceil(roundTrip(32)) > 16);
      }),
    );
  });
});

describe('a rest', () => {
  it('lasts long enough that what is composed meanwhile carries a phrase', () => {
    assert.equal(restFor(0.8, 8, 1), 2);
    assert.equal(restFor(0.5, 8, 1), 8);
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 32 }), (speed, phrase) => {
        const rest = restFor(speed, phrase, 1);
        // Music composed by the end of the phrase, and by any moment before it.
        assert.ok((rest + phrase) * speed >= phrase - 1e-6);
      }),
    );
  });

  it('is the shortest one where the composer is fast enough, or nobody knows', () => {
    assert.equal(restFor(3, 8, 1), 1);
    assert.equal(restFor(0, 8, 1), 1);
  });
});
