import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { played, type Need } from './shared-machine.js';

const shortens = /^Deck \d looks back on 25 %/;
const givesBack = /^Deck \d looks back on all/;

describe('a deck that cannot hold its tempo', { timeout: 120_000 }, () => {
  it('looks back on less before it rests, says so once, and plays on without a gap', async () => {
    const { said, underruns, inTime, contexts } = await played([1.3], 128, 4, () => ({ share: 1.3, shorter: 0.6 }));
    assert.deepEqual(said.map((sentence) => shortens.test(sentence)), [true]);
    assert.deepEqual([underruns, inTime, contexts], [[0], [1], [25]]);
  });

  it('looks back on all again once there is room for it', async () => {
    const { said, underruns, contexts } = await played([1.3], 160, 4, (_deck, beat) => (beat < 64 ? { share: 1.3, shorter: 0.7 } : { share: 0.5, shorter: 0.2 }));
    assert.deepEqual(said.map((sentence) => [shortens.test(sentence), givesBack.test(sentence)]), [[true, false], [false, true]]);
    assert.deepEqual([underruns, contexts], [[0], [100]]);
  });

  it('looks back on all again where it accompanies, and has little music ahead for that', async () => {
    let isSet = false;
    const { said, contexts } = await played([1.3], 160, 4, (_deck, beat) => (beat < 64 ? { share: 1.3, shorter: 0.7 } : { share: 0.4, shorter: 0.2 }), {
      begins: () => Promise.resolve(),
      sees: (parameters, beat) => {
        if (isSet || beat < 64) return;
        isSet = true;
        void parameters.write('deck/1/play-mode', ['accompany'], 'test');
      },
    });
    assert.deepEqual(said.map((sentence) => [shortens.test(sentence), givesBack.test(sentence)]), [[true, false], [false, true]]);
    assert.deepEqual(contexts, [100]);
  });

  it('rests where it can look back on no less', async () => {
    const { said, underruns, contexts } = await played([1.3], 128, 4);
    assert.deepEqual(said.filter((sentence) => shortens.test(sentence)), []);
    assert.ok(underruns[0] > 0);
    assert.deepEqual(contexts, [100]);
  });

  it('rests after that where little to look back on is too much still', async () => {
    const { said, underruns } = await played([2], 128, 4, () => ({ share: 2, shorter: 1.5 }));
    assert.deepEqual(said.map((sentence) => shortens.test(sentence)), [true]);
    assert.ok(underruns[0] > 0);
  });
});

describe('a deck that has ever less time', { timeout: 120_000 }, () => {
  it('composes each bar but once, then looks back on less, and rests only then', async () => {
    const stretch = 40;
    const needs: readonly Need[] = [{ share: 0.1, shorter: 0.05 }, { share: 0.9, shorter: 0.5 }, { share: 1.3, shorter: 0.6 }, { share: 2, shorter: 1.5 }];
    const ends: { candidates: boolean; context: number; rested: boolean }[] = [];
    await played([0.1], stretch * needs.length, 4, (_deck, beat) => needs[Math.min(needs.length - 1, Math.max(0, Math.floor(beat / stretch)))], {
      begins: (parameters) => parameters.write('deck/1/candidates', [3], 'test'),
      sees: (parameters, beat) => {
        const figure = (name: string): number => parameters.number(`deck/1/${name}`);
        ends[Math.floor(beat / stretch)] = { candidates: figure('candidates-made') > 1, context: figure('context'), rested: figure('underruns') > 0 };
      },
    });
    assert.deepEqual(ends.slice(0, needs.length), [
      { candidates: true, context: 100, rested: false },
      { candidates: false, context: 100, rested: false },
      { candidates: false, context: 25, rested: false },
      { candidates: false, context: 25, rested: true },
    ]);
  });
});

describe('decks that share a machine that is too small', { timeout: 120_000 }, () => {
  it('look back on less, and none of them rests where that is enough', async () => {
    const { said, inTime } = await played(Array.from({ length: 8 }, () => 0.35), 96, 4, () => ({ share: 0.35, shorter: 0.2 }));
    assert.ok(said.length > 0 && said.every((sentence) => shortens.test(sentence)), said.join());
    assert.deepEqual(inTime, Array.from({ length: 8 }, () => 1));
  });

  it('look back on less before one of them rests', async () => {
    const { said } = await played(Array.from({ length: 8 }, () => 0.5), 96, 4, () => ({ share: 0.5, shorter: 0.4 }));
    const firstRest = said.findIndex((sentence) => /rests/.test(sentence));
    assert.ok(firstRest > 0, said.join());
    assert.ok(said.slice(0, firstRest).every((sentence) => shortens.test(sentence)), said.join());
  });
});
