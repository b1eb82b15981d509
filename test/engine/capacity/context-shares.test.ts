import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ContextShares, type ContextClaim } from '../../../src/engine/capacity/context-shares.js';

const second = 1_000_000;
const pressed: ContextClaim = { deck: 1, canShorten: true, isPressed: true, load: 1.2, hasRoom: false };
const calm: ContextClaim = { deck: 1, canShorten: true, isPressed: false, load: 0.3, hasRoom: true };

function shares() {
  const changes: (readonly [deck: number, share: number])[] = [];
  return { changes, contexts: new ContextShares((deck, share) => changes.push([deck, share])) };
}

describe('how much a deck looks back on', () => {
  it('is all while it may be enough to compose nothing that is not heard', () => {
    const { contexts, changes } = shares();
    contexts.judge([pressed], 0);
    assert.deepEqual([contexts.isPressed(1), contexts.isTrying(0), contexts.of(1)], [true, true, 1]);
    contexts.judge([calm], 0.5 * second);
    assert.deepEqual([contexts.isPressed(1), contexts.isTrying(0.5 * second)], [false, false]);
    contexts.judge([pressed], 0.75 * second);
    contexts.judge([pressed], 1.5 * second);
    assert.deepEqual(changes, []);
  });

  it('is a quarter where that was not enough, and is judged a while later', () => {
    const { contexts, changes } = shares();
    contexts.judge([pressed, { ...calm, deck: 2 }], 0);
    contexts.judge([pressed], second);
    assert.deepEqual(changes, [[1, 0.25]]);
    assert.deepEqual([contexts.of(1), contexts.of(2), contexts.isTrying(2 * second), contexts.isTrying(5 * second)], [0.25, 1, true, false]);
    contexts.judge([calm], 2 * second);
    assert.equal(contexts.isPressed(1), true);
  });

  it('stays where it cannot be less, and where nothing presses', () => {
    const { contexts, changes } = shares();
    for (const now of [0, second, 2 * second]) contexts.judge([{ ...pressed, canShorten: false }, { ...calm, deck: 2 }], now);
    assert.deepEqual([changes, contexts.isTrying(2 * second)], [[], false]);
  });

  it('is all again after there has been room for eight seconds on end, and no sooner', () => {
    const { contexts, changes } = shares();
    contexts.judge([pressed], -second);
    contexts.judge([pressed], 0);
    for (let now = 1; now < 10; now += 1) contexts.judge([calm], now * second);
    contexts.judge([{ ...calm, load: 0.6 }], 10 * second);
    for (let now = 11; now < 19; now += 1) contexts.judge([calm], now * second);
    assert.equal(contexts.of(1), 0.25);
    contexts.judge([calm], 19 * second);
    assert.deepEqual(changes, [[1, 0.25], [1, 1]]);
  });

  it('is all for another voice', () => {
    const { contexts } = shares();
    contexts.judge([pressed], 0);
    contexts.judge([pressed], second);
    contexts.renewed(1);
    assert.equal(contexts.of(1), 1);
  });

  it('does not flap: where all is always too much, it is given back less and less often', () => {
    const { contexts, changes } = shares();
    for (let quarter = 0; quarter < 4 * 3600; quarter += 1) contexts.judge([contexts.of(1) === 1 ? pressed : calm], (quarter * second) / 4);
    assert.ok(changes.length < 40, `${changes.length} changes in an hour`);
  });

  it('does not change twice within four seconds, whatever happens', () => {
    const claim = fc.record({ deck: fc.constant(1), canShorten: fc.boolean(), isPressed: fc.boolean(), load: fc.double({ min: 0, max: 2, noNaN: true }), hasRoom: fc.boolean() });
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 400 }), (claims) => {
        const { contexts, changes } = shares();
        let changedAt = -Infinity;
        claims.forEach((each, index) => {
          const before = changes.length;
          const now = (index * second) / 4;
          contexts.judge([each], now);
          if (changes.length === before) return;
          assert.ok(now - changedAt >= 4 * second);
          changedAt = now;
        });
      }),
    );
  });
});
