import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Stage } from './stage.js';

const answer = { 'play-mode': 'answer', 'answer-after': 0, 'answer-bars': 1 };

/** Where the deck has played, by tenths of a beat. */
function beatsOf(stage: Stage): readonly number[] {
  return stage.played.map(({ beat }) => Math.round(beat * 10) / 10);
}

/** Whether the deck has played up to where its answer ends, and nobody says that it fell behind. */
function assertWhole(stage: Stage): void {
  assert.equal(stage.deck.state, 'listening');
  assert.deepEqual([stage.deck.underruns, stage.deck.realTime.missedTicks], [0, 0]);
}

describe('the end of an answer', () => {
  it('is reached where it lies on no beat, and nothing is missed behind it', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-at': 'now' });
    stage.willPlay([0, 2.3, 60]);
    stage.at(2.37, () => stage.deck.modes.takeOver());
    await stage.playUntil(12);
    assert.deepEqual(beatsOf(stage), [2.4, 4, 5, 6]);
    assertWhole(stage);
  });

  it('may come at any moment while the deck looks for what there is to do', async () => {
    for (let passes = 200; passes <= 2000; passes += 200) {
      const stage = await Stage.begin({ ...answer, 'answer-at': 'now' });
      stage.at(2.37, () => stage.deck.modes.takeOver());
      await stage.playUntil(5.9);
      const { session } = stage.ensemble;
      const beat = session.beat.bind(session);
      // Time passes between one look at where the music is and the next.
      session.beat = () => {
        stage.clock.advanceTo(stage.clock.now() + passes);
        return beat();
      };
      await stage.playUntil(6.6);
      assertWhole(stage);
    }
  });
});
