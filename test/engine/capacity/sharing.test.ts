import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { played } from './shared-machine.js';

describe('decks that share a machine', { timeout: 120_000 }, () => {
  it('all play while it can compute them all, however unequal they are', async () => {
    const { inTime, said } = await played([0.6, 0.3, 0.3, 0.2, 0.1, 0.1, 0.05, 0.05], 48, 4);
    assert.deepEqual(inTime, Array.from({ length: 8 }, () => 1));
    assert.deepEqual(said, []);
  });

  it('play on without a gap but for the last of them, where it cannot; those say so once', async () => {
    const { inTime, said, states } = await played(Array.from({ length: 8 }, () => 0.35), 64, 4);
    assert.deepEqual(said, ['Deck 8 rests', 'Deck 7 rests', 'Deck 6 rests'].slice(0, said.length));
    assert.ok(said.length >= 2, said.join());
    assert.deepEqual(inTime.slice(0, 8 - said.length), Array.from({ length: 8 - said.length }, () => 1));
    assert.deepEqual(states, Array.from({ length: 8 }, (_unused, index) => (index < 8 - said.length ? 'playing' : 'resting')));
  });

  it('play on without a gap but for one that no machine could hold', async () => {
    const { inTime, said } = await played([0.3, 2.5, 0.4, 0.4], 64, 2);
    assert.deepEqual(said.slice(0, 1), ['Deck 2 rests']);
    assert.deepEqual([inTime[0], inTime[2], inTime[3]], [1, 1, 1]);
  });
});
