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

  it('go on when there is room for them though they only listen by then, and play again when they are to', async () => {
    const modes = [{ beat: 24, mode: 'answer' }, { beat: 84, mode: 'continue' }];
    const rested: string[] = [];
    const { said, states } = await played([0.7, 0.7, 0.7, 0.7], 96, 4, (_deck, beat) => ({ share: beat < 32 ? 0.7 : 0.2 }), {
      begins: () => Promise.resolve(),
      sees: (parameters, beat) => {
        if (beat > 24 && beat < 32) rested.push(parameters.text('deck/4/state'));
        while (modes.length > 0 && beat >= modes[0].beat) void parameters.write('deck/4/play-mode', [modes.shift()?.mode ?? ''], 'test');
      },
    });
    assert.deepEqual([...new Set(rested)], ['resting']);
    assert.ok(said.includes('Deck 4 goes on'), said.join());
    assert.equal(states[3], 'playing');
  });
});
