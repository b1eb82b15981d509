import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Beats } from '../../../src/engine/music/units.js';
import { until } from '../../transports/support/within.js';
import { TwoDeckStage } from './two-deck-stage.js';

const set = `scenes:
  - { name: Back, decks: { 2: { play-mode: continue, high-pitch: 90 } } }
  - { name: New, decks: { 2: { pack: tiny-lm, play-mode: continue } } }
  - { name: Asked, decks: { 2: { play-mode: query } } }
  - { name: Plain, decks: { 2: { play-mode: continue } } }
  - { name: Called, decks: { 2: { pack: tiny-lm, play-mode: answer } } }
`;

/** Deck 2 in a mode from beat 12.5 on, and a scene that is recalled at 20.5 and comes at 32. */
async function performed(context: TestContext, mode: string, scene: string, hot = false) {
  const stage = await TwoDeckStage.begin(context, set);
  const { parameters, ensemble } = stage;
  if (hot) await parameters.write('deck/2/cue', ['tiny-lm'], 'test');
  await stage.playUntil(12.5);
  await parameters.write('deck/2/play-mode', [mode], 'test');
  await stage.playUntil(20.5);
  const recalled = parameters.write('recall', [scene, '8-bars'], 'test');
  if (hot) await until('the pack is loaded', () => stage.events.some((event) => event.type === 'swap' && event.stage === 'loading' && event.pack === 'tiny-lm'));
  await stage.playUntil(28);
  await recalled;
  await stage.playUntil(40);
  const beatsWithNotes = (fromBeat: Beats, untilBeat: Beats): number =>
    new Set(ensemble.decks[1].plan.from(fromBeat).notes.filter(({ beat }) => beat < untilBeat).map(({ beat }) => Math.floor(beat))).size;
  return { stage, deck: ensemble.decks[1], beatsWithNotes };
}

describe('a scene', () => {
  for (const mode of ['query', 'answer']) {
    for (const scene of ['Back', 'New']) {
      it(`lets a deck in ${mode} play by itself again from its beat on, ${scene === 'Back' ? 'with the pack that it has' : 'with another pack'}`, async (context) => {
        const { stage, deck, beatsWithNotes } = await performed(context, mode, scene, scene === 'New');
        assert.deepEqual(stage.arrivals, [32]);
        assert.equal(beatsWithNotes(16, 32), 0);
        assert.ok(beatsWithNotes(32, 33) === 1, `no note in the first beat, ${beatsWithNotes(32, 40)} beats of eight have some`);
        assert.deepEqual([deck.state, deck.pack, deck.underruns, stage.faults], ['playing', scene === 'New' ? 'tiny-lm' : 'perlin', 0, []]);
      });
    }
  }

  for (const scene of ['Asked', 'Called']) {
    it(`lets a deck play up to its beat that is to be silent from there on${scene === 'Called' ? ', with another pack' : ''}`, async (context) => {
      const { stage, deck, beatsWithNotes } = await performed(context, 'continue', scene, scene === 'Called');
      assert.deepEqual(stage.arrivals, [32]);
      assert.deepEqual([beatsWithNotes(30, 32), beatsWithNotes(32, 40), deck.state], [2, 0, 'listening']);
    });
  }

  for (const recallBeat of [30.2, 30.6, 30.95]) {
    it(`has time for a deck that is to play by itself again, also where it is recalled at ${recallBeat}`, async (context) => {
      const stage = await TwoDeckStage.begin(context, set);
      await stage.parameters.write('deck/2/play-mode', ['query'], 'test');
      await stage.playUntil(recallBeat);
      await stage.parameters.write('recall', ['Plain', 'bar'], 'test');
      await stage.playUntil(40);
      const first = Math.min(...stage.ensemble.decks[1].plan.from(recallBeat).notes.map(({ beat }) => beat));
      assert.deepEqual([stage.arrivals, Math.floor(first)], [[recallBeat < 30.25 ? 32 : 36], stage.arrivals[0]]);
    });
  }

  it('lets a mode that is set by hand before its beat be heard at once, also where it names the one that was set', async (context) => {
    const stage = await TwoDeckStage.begin(context, set);
    const write = (mode: string): Promise<void> => stage.parameters.write('deck/2/play-mode', [mode], 'test');
    await write('query');
    await stage.playUntil(8.5);
    await stage.parameters.write('commit', [6], 'test');
    await stage.parameters.write('recall', ['Asked', 'bar'], 'test');
    await stage.playUntil(10.2);
    await stage.parameters.write('commit', [1], 'test');
    await write('continue');
    await stage.playUntil(24);
    const first = Math.min(...stage.ensemble.decks[1].plan.from(8.5).notes.map(({ beat }) => beat));
    assert.deepEqual([Math.floor(first), stage.arrivals], [12, [16]]);
  });

  it('lets a deck play by itself again where the music is by then, if the host jumps just before', async (context) => {
    const stage = await TwoDeckStage.begin(context, set);
    await stage.parameters.write('deck/2/play-mode', ['query'], 'test');
    await stage.playUntil(20.5);
    await stage.parameters.write('recall', ['Back', '8-bars'], 'test');
    await stage.playUntil(30.5);
    stage.locate(6.5);
    await stage.playUntil(16);
    const beats = stage.ensemble.decks[1].plan.from(6.5).notes.map(({ beat }) => beat);
    assert.deepEqual([stage.arrivals, Math.floor(Math.min(...beats))], [[8], 8]);
  });
});
