import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Stage } from './modes/stage.js';
import { range } from './numbered-voices.js';

/** The host jumps from beat 3 to the middle of a bar: the rest of the bar that it was in is skipped. */
async function jumped(toBeat: number): Promise<Stage> {
  const stage = await Stage.begin({});
  await stage.playUntil(3);
  const micros = stage.clock.now();
  stage.ensemble.follow({ bpm: 120, beatOrigin: toBeat, timeOrigin: micros });
  await stage.deck.settled();
  return stage;
}

const write = (stage: Stage, word: string, ...values: number[]): Promise<void> => stage.parameters.write(`deck/1/${word}`, values, 'test');

/** The whole beats on which something was played since the jump. */
const beatsSince = (stage: Stage, beat: number): number[] => stage.played.filter((note) => note.beat >= beat).map((note) => Math.round(note.beat));

describe('music that a host skipped', () => {
  for (const [toBeat, freezeBeat, first] of [[10.9, 15.18, 11], [12, 15, 12]] as const) {
    it(`is no silence in a loop: jumped to ${toBeat}`, async () => {
      const stage = await jumped(toBeat);
      await stage.playUntil(freezeBeat);
      const freeze = write(stage, 'freeze', 2);
      await stage.playUntil(27.9);
      await freeze;
      assert.equal(stage.parameters.get('deck/1/frozen'), 1);
      assert.deepEqual(beatsSince(stage, toBeat), range(first, 28));
    });
  }

  it('is no bar that can be repeated before a whole one was played, but parts of it are', async () => {
    const stage = await jumped(10.9);
    await stage.playUntil(11.5);
    await assert.rejects(write(stage, 'freeze', 2), /Deck 1 has played no whole bar since the host jumped: freeze it again after the next bar line\./);
    const freeze = write(stage, 'freeze', 0.25);
    await stage.playUntil(15.9);
    await freeze;
    assert.deepEqual(beatsSince(stage, 10.9), range(11, 16));
  });

  it('is no bar that can be played again, and what was played before it is', async () => {
    const stage = await jumped(10.9);
    await stage.playUntil(17);
    for (const bar of [2, 3]) await assert.rejects(write(stage, 'recall-bar', bar), new RegExp(`Deck 1 has no music in bar ${bar} that it remembers`));
    await write(stage, 'recall-bar', 4);
    const far = await Stage.begin({});
    await far.playUntil(7);
    far.ensemble.follow({ bpm: 120, beatOrigin: 10.9, timeOrigin: far.clock.now() });
    await far.playUntil(13);
    await assert.rejects(write(far, 'recall-bar', 2), /no music in bar 2/);
    await write(far, 'recall-bar', 1);
  });
});
