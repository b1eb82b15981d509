import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../../transports/support/within.js';
import { TwoDeckStage } from './two-deck-stage.js';

const set = `scenes:
  - { name: Trio, at: bar, decks: { 3: { pack: tiny-lm, transpose: 5 } } }
  - { name: Lost, at: bar, decks: { 1: { prompt: gone.mid } } }
  - { name: Quiet, at: bar, decks: { 2: { mute: true } } }
  - { name: High, at: 4-bars, decks: { 1: { transpose: 2 }, 2: { transpose: 7, high-pitch: 90, play-mode: answer } } }
  - { name: Other, at: 4-bars, decks: { 1: { transpose: 2 }, 2: { pack: tiny-lm, transpose: 7, seed: 5, play-mode: answer } } }
`;

describe('a scene', () => {
  it('loads nothing once another takes its place while decks come for it', async (context) => {
    const stage = await TwoDeckStage.begin(context, set);
    const { parameters, ensemble } = stage;
    await stage.playUntil(2);
    const former = parameters.write('recall', ['Trio'], 'test');
    await stage.recall('recall', ['Quiet']);
    await former;
    await stage.playUntil(8);
    assert.deepEqual([ensemble.decks.length, parameters.text('deck/3/cued'), ensemble.decks[2].state, stage.arrivals], [3, '', 'empty', [4]]);
  });

  for (const isWanted of [true, false]) {
    it(`tells what it misses${isWanted ? '' : ', but not once another takes its place'}`, async (context) => {
      const stage = await TwoDeckStage.begin(context, set);
      let read = (): void => undefined;
      stage.promptsAfter = new Promise<void>((resolve) => (read = resolve));
      const recalled = stage.parameters.write('recall', ['Lost'], 'test');
      await new Promise(setImmediate);
      if (!isWanted) await stage.recall('recall', ['Quiet']);
      read();
      await stage.playUntil(8);
      await recalled;
      assert.deepEqual([stage.faults.length, stage.faults.every((sentence) => sentence.includes('gone.mid'))], [isWanted ? 1 : 0, true]);
    });
  }

  for (const name of ['High', 'Other']) {
    it(`passes over a deck that is taken away before its beat, and lets one be that comes in its place${name === 'Other' ? ', with another pack' : ''}`, async (context) => {
      const stage = await TwoDeckStage.begin(context, set);
      const { parameters, ensemble } = stage;
      await parameters.write('deck/2/cue', ['tiny-lm'], 'test');
      await stage.playUntil(4.5);
      const recalled = parameters.write('recall', [name], 'test');
      if (name === 'Other') await until('it loads', () => stage.events.some((event) => event.type === 'swap' && event.stage === 'loading' && event.pack === 'tiny-lm'));
      await stage.playUntil(6);
      await parameters.write('decks', [1], 'test');
      await stage.playUntil(17);
      await recalled;
      assert.deepEqual([stage.arrivals, stage.faults, parameters.number('deck/1/transpose')], [[16], [], 2]);

      await parameters.write('decks', [2], 'test');
      await parameters.write('deck/2/load', ['perlin', 'now'], 'test');
      await stage.playUntil(20.5);
      const again = parameters.write('recall', [name], 'test');
      await stage.playUntil(21);
      await parameters.write('decks', [1], 'test');
      await parameters.write('decks', [2], 'test');
      await parameters.write('deck/2/load', ['perlin', 'now'], 'test');
      await stage.playUntil(40);
      await again;
      const { pack, state } = ensemble.decks[1];
      assert.deepEqual([stage.arrivals, stage.faults, pack, state], [[16, 32], [], 'perlin', 'playing']);
      assert.deepEqual(['transpose', 'high-pitch', 'seed'].map((word) => parameters.number(`deck/2/${word}`)), [0, 127, 1]);
    });
  }
});
