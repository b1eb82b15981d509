import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Wishes } from '../../../src/engine/deck/wishes.js';

describe('Wishes', () => {
  it('are passed on at once, then once in each interval', () => {
    const wishes = new Wishes();
    assert.equal(wishes.areDue(5, 0.25), false);
    wishes.add('changed', 5.1);
    assert.ok(wishes.areDue(5.1, 0.25));
    assert.deepEqual(wishes.take(5.1), { wish: 'changed', beat: 5.1 });
    wishes.passOn(5.1, 0);
    wishes.add('changed', 5.2);
    assert.equal(wishes.areDue(5.2, 0.25), false);
    assert.ok(wishes.areDue(5.25, 0.25));
    assert.ok(wishes.areDue(5.2, 0), 'no limit while the music stands');
  });

  it('wait for the next interval where a voice has just begun with all that was wished for', () => {
    const wishes = new Wishes();
    wishes.add('changed', 5.1);
    wishes.beginAnew(5.1);
    assert.equal(wishes.areDue(7, 4), false, 'it knows');
    wishes.add('changed', 7);
    assert.equal(wishes.areDue(7, 4), false);
    assert.ok(wishes.areDue(8, 4));
  });

  it('stay where another voice takes over that did not know of them, the greater before the smaller', () => {
    for (const [before, after, stays] of [[[], [], 'none'], [['bars'], ['changed'], 'changed'], [[], ['bars', 'changed'], 'bars']] as const) {
      const wishes = new Wishes();
      before.forEach((wish) => wishes.add(wish, 5));
      const known = wishes.made;
      after.forEach((wish) => wishes.add(wish, 6));
      wishes.take(6.5);
      wishes.handOver(known, 7);
      assert.equal(wishes.take(8).wish, stays);
    }
  });

  it('do not drift: one that comes once an interval never waits for the next, however late the last was passed on', () => {
    const wishes = new Wishes();
    for (let tick = 1; tick < 1000; tick += 1) {
      wishes.add('changed', tick / 10 - 1e-9);
      assert.ok(wishes.areDue(tick / 10 - 1e-9, 0.1), String(tick));
      wishes.take(tick / 10);
      wishes.passOn(tick / 10 + 0.099, 0);
    }
  });

  it('count from the oldest that waits, and the greater one goes first', () => {
    const wishes = new Wishes();
    wishes.add('changed', 3);
    wishes.add('bars', 3.5);
    wishes.add('changed', 4);
    assert.deepEqual(wishes.take(4), { wish: 'bars', beat: 3 });
    assert.deepEqual(wishes.take(4), { wish: 'none', beat: 4 });
  });

  it('are asked from the moment they were passed on until the answer is composed', () => {
    const wishes = new Wishes();
    assert.deepEqual([wishes.areAsked, wishes.takeQuestion()], [false, undefined]);
    wishes.passOn(1, 700);
    assert.ok(wishes.areAsked);
    assert.deepEqual([wishes.takeQuestion(), wishes.areAsked], [700, false]);
  });

  it('mean nothing at another place after a jump, and nothing at all to another voice', () => {
    const wishes = new Wishes();
    wishes.add('changed', 90);
    wishes.passOn(90, 1);
    wishes.moved();
    assert.ok(wishes.areDue(2, 0.25));
    assert.equal(wishes.take(2).beat, 2);
    wishes.add('bars', 3);
    wishes.forget();
    assert.deepEqual([wishes.take(3).wish, wishes.areAsked], ['none', false]);
  });
});
