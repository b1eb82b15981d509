import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Beats } from '../../../src/engine/music/units.js';
import { until } from '../../transports/support/within.js';
import { TwoDeckStage } from './two-deck-stage.js';

const set = `scenes:
  - name: Low
    at: bar
    decks: { 1: { high-pitch: 60 }, 2: { mute: true } }
  - name: Same
    at: bar
    decks: { 2: { pack: perlin, high-pitch: 80 } }
  - name: Fifth
    at: bar
    engine: { bpm: 90 }
    decks: { 1: { temperature: 0.3, transpose: 7 }, 2: { pack: tiny-lm, seed: 5, mute: false } }
  - name: Sown
    at: 8-bars
    decks: { 2: { pack: tiny-lm, seed: 5, temperature: 0.9 } }
`;

/** The stage, with the pack of deck 2 at hand, and what waits for the music. */
async function begin(context: TestContext, playedBeats: Beats) {
  const stage = await TwoDeckStage.begin(context, set);
  const { parameters, ensemble } = stage;
  await parameters.write('deck/2/cue', ['tiny-lm'], 'test');
  await stage.playUntil(playedBeats);
  const recall = (...values: string[]): Promise<void> => parameters.write('recall', values, 'test');
  /** Deck 2 loads what the scene names. */
  const loading = (): Promise<void> => until('the pack is loaded', () => stage.events.some((event) => event.type === 'swap' && event.stage === 'loading' && event.pack === 'tiny-lm'));
  /** What came about of the scene Fifth. */
  const figures = (): unknown[] => [parameters.number('deck/1/temperature'), parameters.number('deck/1/transpose'), ensemble.decks[1].pack, parameters.number('deck/2/seed'), parameters.number('bpm')];
  return { stage, parameters, ensemble, recall, loading, figures };
}

const all = [0.3, 7, 'tiny-lm', 5, 90];

describe('a scene on its way', () => {
  for (const later of ['Low', 'Same']) {
    it(`brings no pack any more once another takes its place that ${later === 'Low' ? 'names none' : 'names the one that plays'}`, async (context) => {
      const { stage, ensemble, recall, loading } = await begin(context, 6);
      const former = recall('Fifth', '8-bars');
      await loading();
      await stage.recall('recall', [later]);
      await stage.playUntil(44);
      await former;
      assert.deepEqual([ensemble.decks[1].pack, ensemble.decks[1].state, stage.arrivals, stage.faults], ['perlin', 'playing', [8], []]);
      assert.equal(stage.parameters.number('deck/2/seed'), 1);
    });
  }

  it('waits for the next boundary where the host jumps back before it', async (context) => {
    const { stage, recall, loading, figures } = await begin(context, 16.5);
    const recalled = recall('Fifth', '8-bars');
    await loading();
    await stage.playUntil(20);
    stage.locate(1);
    await stage.playUntil(31);
    assert.deepEqual(stage.arrivals, []);
    await stage.playUntil(34);
    await recalled;
    assert.deepEqual([stage.arrivals, figures(), stage.swapBeat('tiny-lm')], [[32], all, 32]);
  });

  it('comes in time where the host goes round and round before its boundary', async (context) => {
    const { stage, recall, loading, figures } = await begin(context, 16.5);
    const recalled = recall('Fifth', '4-bars');
    await loading();
    await stage.playUntil(20);
    stage.locate(12);
    await stage.playUntil(20);
    await recalled;
    assert.deepEqual([stage.arrivals, figures(), stage.swapBeat('tiny-lm')], [[16], all, 16]);
  });

  it('moves with the music where the host jumps after its packs have taken over', async (context) => {
    const { stage, recall, figures } = await begin(context, 20.5);
    const recalled = recall('Fifth', '8-bars');
    await until('the pack waits', () => stage.events.some((event) => event.type === 'swap' && event.stage === 'loading'));
    await stage.playUntil(30.9);
    assert.equal(stage.swapBeat('tiny-lm'), 32);
    stage.locate(6.9);
    await stage.playUntil(12);
    await recalled;
    assert.deepEqual([stage.arrivals, figures()], [[8], all]);
  });

  it('waits for a boundary of the bars that the host has by then', async (context) => {
    const { stage, parameters, recall, loading, figures } = await begin(context, 16.5);
    const recalled = recall('Fifth', '8-bars');
    await loading();
    await stage.playUntil(20);
    await parameters.write('beats-per-bar', [3], 'test');
    await stage.playUntil(26);
    await recalled;
    assert.deepEqual([stage.arrivals, figures(), stage.swapBeat('tiny-lm')], [[24], all, 24]);
  });

  it('steers no other pack before its beat, where that was loaded by hand meanwhile', async (context) => {
    const { stage, parameters, ensemble, recall, loading } = await begin(context, 16.5);
    const recalled = recall('Fifth', '4-bars');
    await loading();
    await stage.playUntil(20);
    const beats: Beats[] = [];
    parameters.onChange((address) => address === 'deck/2/seed' && beats.push(ensemble.session.beat()));
    const loaded = parameters.write('deck/2/load', ['perlin', 'bar'], 'test');
    await stage.playUntil(40);
    await Promise.all([recalled, loaded]);
    assert.deepEqual([ensemble.decks[1].pack, stage.arrivals, beats.length], ['perlin', [32], 1]);
    assert.ok(Math.abs(beats[0] - (32 - parameters.number('commit'))) < 0.1, `steered at ${beats[0]}`);
  });

  it('keeps the pack that plays where it names that, though another was to come later', async (context) => {
    const { stage, parameters, ensemble } = await begin(context, 16.5);
    const loaded = parameters.write('deck/2/load', ['tiny-lm', '4-bars'], 'test');
    await until('it is loaded', () => stage.events.some((event) => event.type === 'swap' && event.stage === 'loading' && event.pack === 'tiny-lm'));
    await stage.recall('recall', ['Same']);
    await stage.playUntil(40);
    await loaded;
    assert.deepEqual([ensemble.decks[1].pack, ensemble.decks[1].state, stage.arrivals, stage.faults], ['perlin', 'playing', [20], []]);
  });

  it('lets a pack come that was loaded before, where it does not name one', async (context) => {
    const { stage, parameters, ensemble } = await begin(context, 16.5);
    const loaded = parameters.write('deck/2/load', ['tiny-lm', '4-bars'], 'test');
    await until('it is loaded', () => stage.events.some((event) => event.type === 'swap' && event.stage === 'loading' && event.pack === 'tiny-lm'));
    await stage.recall('recall', ['Low']);
    await stage.playUntil(40);
    await loaded;
    assert.deepEqual([ensemble.decks[1].pack, stage.swapBeat('tiny-lm')], ['tiny-lm', 32]);
  });

  it('leaves what comes before its beat as it would have been, whatever it steers', async (context) => {
    const [changed, unchanged] = [await begin(context, 20.5), await begin(context, 20.5)];
    const recalled = changed.recall('Sown');
    await changed.loading();
    for (const { stage } of [changed, unchanged]) await stage.playUntil(40);
    await recalled;
    const played = ({ stage }: typeof changed, fromBeat: Beats, untilBeat: Beats): string[] =>
      stage.ensemble.decks[1].plan.from(fromBeat).notes.filter(({ beat }) => beat < untilBeat).map(({ beat, pitch }) => `${beat} ${pitch}`);
    assert.deepEqual(played(changed, 0, 32), played(unchanged, 0, 32));
    assert.notDeepEqual(played(changed, 32, 40), played(unchanged, 32, 40));
    assert.deepEqual([changed.stage.arrivals, changed.parameters.number('deck/2/seed')], [[32], 5]);
  });
});
