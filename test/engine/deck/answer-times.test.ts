import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnswerTimes } from '../../../src/engine/deck/answer-times.js';

describe('AnswerTimes', () => {
  it('knows what 95 of 100 answers stay within, by their length', () => {
    const times = new AnswerTimes();
    assert.equal(times.within(4), 0);
    times.add(1, 4_000);
    for (let count = 0; count < 18; count += 1) times.add(4, 40_000);
    times.add(4, 900_000);
    assert.equal(times.within(4), 40_000);
    assert.equal(times.within(2), 22_000);
    times.add(4, 900_000);
    times.add(4, 900_000);
    assert.equal(times.within(4), 900_000);
  });

  it('takes what the quickest answer took for the way: a short answer from far away is no quicker', () => {
    const times = new AnswerTimes();
    for (let count = 0; count < 20; count += 1) times.add(4, 100_000);
    assert.deepEqual([times.within(1), times.within(8)], [100_000, 100_000]);
  });

  it('does not take a short answer for a fraction of one, nor none for one', () => {
    const times = new AnswerTimes();
    times.add(0.01, 5_000);
    times.add(0, 9_000_000);
    assert.equal(times.within(1), 5_000);
  });

  it('forgets what is long ago', () => {
    const times = new AnswerTimes();
    for (let count = 0; count < 64; count += 1) times.add(1, 1_000_000);
    for (let count = 0; count < 64; count += 1) times.add(1, 1_000);
    assert.equal(times.within(1), 1_000);
  });
});
