import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PerformedTake, wilfulVoices } from '../performed-take.js';

const bars = 8;

describe('a deck that is silent for a while by its mode', () => {
  it('plays again from the beat on at which it can, however short that was, and has not rested', async () => {
    const modes = fc.constantFrom('query', 'answer', 'fill');
    await fc.assert(
      fc.asyncProperty(modes, modes, fc.double({ min: 4, max: 12, noNaN: true }), fc.double({ min: 0.1, max: 6, noNaN: true }), async (mode, other, wait, silence) => {
        const performed = new PerformedTake(wilfulVoices);
        const word = 'play-mode';
        await performed.perform(
          'wilful',
          [{ wait, word, values: [mode] }, { wait: silence / 2, word, values: [other] }, { wait: silence / 2, word, values: ['continue'] }],
          bars * 4,
        );
        const counts = performed.counts();
        const resumes = Math.ceil(wait + silence + performed.take.parameters.number('commit') + 0.5 - 1e-6);
        assert.deepEqual(counts.slice(resumes), counts.slice(resumes).map(() => 5));
        await performed.end();
        const [deck] = performed.take.ensemble.decks;
        assert.deepEqual([deck.underruns, performed.take.recorder.hanging], [0, 0]);
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });

  it('refuses to be rewound or replayed meanwhile, and stays silent', async () => {
    const performed = new PerformedTake(wilfulVoices);
    await performed.perform('wilful', [{ wait: 6, word: 'play-mode', values: ['answer'] }], 16);
    for (const word of ['replay', 'rewind']) {
      await assert.rejects(performed.take.parameters.write(`deck/1/${word}`, [], 'test'), /plays nothing by itself now: set deck\/1\/play-mode to continue/);
    }
    await performed.take.playUntil(24);
    assert.deepEqual(performed.counts().slice(8), Array(8).fill(0));
    await performed.end();
  });
});
