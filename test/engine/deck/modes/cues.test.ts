import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AttentiveComposer, Stage } from './stage.js';

const answer = { 'play-mode': 'answer', 'answer-after': 1, 'answer-bars': 1 };
/** A phrase that is over at beat 1: its answer comes by itself at beat 4. */
const phrase = [0, 0.9, 60] as const;

/** Where the deck has played, by hundredths of a beat. */
function beatsOf(stage: Stage): readonly number[] {
  return stage.played.map(({ beat }) => Math.round(beat * 100) / 100);
}

function cue(stage: Stage, beat: number, ...words: readonly string[]): void {
  stage.at(beat, () => void stage.parameters.write('deck/1/take-over', words, 'test'));
}

/** How often a voice was told of its past and asked for more of an answer that began on beat 4. */
function work({ composer }: Stage): readonly number[] {
  return [composer.primed.length, composer.asked.length];
}

/** The same where there was no cue. */
async function workWithoutCue(...played: readonly (readonly [beat: number, duration: number, pitch: number])[]): Promise<readonly number[]> {
  const stage = await Stage.begin(answer);
  stage.willPlay(...played);
  await stage.playUntil(4.1);
  return work(stage);
}

describe('a cue', () => {
  it('is heeded where an answer comes already that nobody asked for', async () => {
    const stage = await Stage.begin(answer);
    stage.willPlay(phrase);
    cue(stage, 1.3, 'beat');
    await stage.playUntil(16);
    assert.deepEqual(beatsOf(stage), [2, 3, 4, 5]);
  });

  it('takes the place of another that is still to come', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-after': 0 });
    cue(stage, 1.3, '4-bars');
    cue(stage, 5.3, 'beat');
    await stage.playUntil(20);
    assert.deepEqual(beatsOf(stage), [6, 7, 8, 9]);
  });

  it('is the last that counts where the host jumps', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-after': 0 });
    cue(stage, 1.3, '4-bars');
    cue(stage, 2.2, 'beat');
    stage.at(2.25, () => stage.ensemble.follow({ bpm: 120, beatOrigin: 33.3, timeOrigin: stage.clock.now() }));
    await stage.playUntil(2.25);
    await stage.playUntil(44);
    assert.deepEqual(beatsOf(stage), [34, 35, 36, 37]);
  });

  it('lets its last chord come into the answer that it asks for, though silence had brought that on before', async () => {
    for (const after of [0, 1]) {
      const stage = await Stage.begin({ ...answer, 'answer-after': after, 'answer-bars': 2 });
      stage.willPlay(phrase, [4.2, 0.5, 64]);
      cue(stage, 2.6);
      await stage.playUntil(24);
      assert.deepEqual(beatsOf(stage), [4, 5, 6, 7, 8, 9, 10, 11], `answer-after ${after}`);
    }
  });

  it('at the last moment leaves the answer that has been begun for its line as it is, and makes it one that was asked for', async () => {
    const expected = await workWithoutCue(phrase);
    for (const words of [[], ['bar'], ['beat']]) {
      const stage = await Stage.begin(answer);
      stage.willPlay(phrase, [4.2, 0.25, 64]);
      cue(stage, 3.95, ...words);
      await stage.playUntil(4.1);
      assert.deepEqual(work(stage), expected);
      await stage.playUntil(16);
      assert.deepEqual(beatsOf(stage), [4, 5, 6, 7], words.join());
    }
  });

  it('leaves the piece of it that is being composed as it is', async () => {
    const composer = new AttentiveComposer();
    const stage = await Stage.begin(answer, composer);
    const compose = composer.compose.bind(composer);
    composer.compose = async (...given) => {
      composer.compose = compose;
      await stage.parameters.write('deck/1/take-over', [], 'test');
      return compose(...given);
    };
    stage.willPlay(phrase);
    await stage.playUntil(4.1);
    assert.deepEqual(work(stage), await workWithoutCue(phrase));
    await stage.playUntil(16);
    assert.deepEqual(beatsOf(stage), [4, 5, 6, 7]);
  });

  it('that comes twice does not make an answer later that is to come at once', async () => {
    const composer = new AttentiveComposer();
    const stage = await Stage.begin({ ...answer, 'answer-at': 'now' }, composer);
    const compose = composer.compose.bind(composer);
    composer.compose = async (...given) => {
      composer.compose = compose;
      stage.clock.advanceTo(stage.clock.now() + 100_000);
      await stage.parameters.write('deck/1/take-over', [], 'test');
      return compose(...given);
    };
    cue(stage, 2.37);
    await stage.playUntil(4);
    assert.equal(composer.primed.length, 2);
    assert.ok(beatsOf(stage)[0] < 2.7, String(beatsOf(stage)[0]));
  });

  it('begins an answer anew that is being heard', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-bars': 4 });
    stage.willPlay(phrase);
    cue(stage, 6.5, 'beat');
    await stage.playUntil(28);
    assert.deepEqual(beatsOf(stage), Array.from({ length: 3 + 16 }, (_unused, index) => 4 + index));
    assert.ok(stage.composer.primed.some(({ atBeat }) => atBeat === 7));
  });
});

describe('a deck that is set to answer', () => {
  it('does not answer what was played long ago', async () => {
    const stage = await Stage.begin({ 'answer-after': 1, 'answer-bars': 4 });
    stage.willPlay([1, 0.5, 60]);
    stage.at(40.2, () => void stage.parameters.write('deck/1/play-mode', ['answer'], 'test'));
    await stage.playUntil(64);
    assert.ok(beatsOf(stage).every((beat) => beat < 43), String(beatsOf(stage).at(-1)));
  });

  it('answers what was played just before, be it as long ago as it is to wait', async () => {
    for (const [after, last] of [[1, 40], [8, 35]]) {
      const stage = await Stage.begin({ 'answer-after': after, 'answer-bars': 1 });
      stage.willPlay([last, 0.5, 60]);
      stage.at(41.2, () => void stage.parameters.write('deck/1/play-mode', ['answer'], 'test'));
      await stage.playUntil(56);
      assert.deepEqual(beatsOf(stage).slice(-4), [44, 45, 46, 47], `answer-after ${after}`);
    }
  });
});
