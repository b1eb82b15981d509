import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Stage } from './stage.js';

/** How often each beat was heard. */
function timesHeard(stage: Stage, beats: number): readonly number[] {
  return Array.from({ length: beats }, (_unused, beat) => stage.played.filter((note) => Math.abs(note.beat - beat) < 1e-9).length);
}

describe('a deck that composes little ahead', () => {
  for (const horizon of [1, 1.5, 2]) {
    it(`misses no beat with a horizon of ${horizon}`, async () => {
      const stage = await Stage.begin({});
      await stage.parameters.write('horizon', [horizon], 'test');
      await stage.playUntil(29.9);
      assert.deepEqual(timesHeard(stage, 30), Array.from({ length: 30 }, () => 1));
      assert.equal(stage.deck.underruns, 0);
    });
  }

  for (const [mode, horizon] of [['accompany', 8], ['accompany', 1], ['continue', 1], ['continue', 2]] as const) {
    for (const stopBeat of [13.1, 13.6, 13.95]) {
      it(`begins on the host's first beat after a stop at ${stopBeat}: ${mode}, ${horizon} ahead`, async () => {
        const stage = await Stage.begin({ 'play-mode': mode });
        await stage.parameters.write('horizon', [horizon], 'test');
        const { ensemble, clock } = stage;
        stage.at(stopBeat, () => ensemble.transport({ type: 'stop', beat: stopBeat, micros: clock.now() }));
        await stage.playUntil(20);
        const micros = clock.now();
        ensemble.follow({ bpm: 120, beatOrigin: 0, timeOrigin: micros });
        ensemble.transport({ type: 'start', beat: 0, micros });
        await stage.playUntil(11.9);
        assert.deepEqual(timesHeard(stage, 12), Array.from({ length: 12 }, () => 2));
        assert.deepEqual([stage.deck.underruns, stage.deck.realTime.missedTicks], [0, 0]);
      });
    }
  }
});
