import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Note } from '../../../../src/engine/music/note.js';
import { AttentiveComposer, Stage } from './stage.js';

const fill = { 'play-mode': 'fill' };

/** Writes down where what it is asked to foresee begins. */
class ForeseeingComposer extends AttentiveComposer {
  readonly foreseen: number[] = [];

  async foresee([first]: readonly Note[]): Promise<number | undefined> {
    this.foreseen.push(first.beat);
    return 0;
  }
}

/** The bars that something begins in, from 0. */
function barsOf(notes: readonly Note[]): readonly number[] {
  return [...new Set(notes.map(({ beat }) => Math.floor(beat / 4 + 1e-6)))].sort((a, b) => a - b);
}

/** Three notes in each of these bars, and a beat of silence. */
function phraseIn(...bars: readonly number[]): readonly (readonly [number, number, number])[] {
  return bars.flatMap((bar) => [0, 1, 2].map((beat) => [bar * 4 + beat, 0.9, 60 + beat] as const));
}

describe('a deck that fills', () => {
  it('plays from the first line on that nobody plays at', async () => {
    const stage = await Stage.begin(fill);
    await stage.playUntil(16);
    assert.deepEqual(barsOf(stage.played), [1, 2, 3]);
    assert.equal(stage.deck.state, 'playing');
    assert.deepEqual([stage.deck.underruns, stage.deck.realTime.missedTicks], [0, 0]);
  });

  it('is silent in the bars that somebody plays in, but for what is committed, and plays in the others', async () => {
    const stage = await Stage.begin(fill);
    stage.willPlay(...phraseIn(0, 1, 4, 5, 8));
    await stage.playUntil(44);
    const whole = barsOf(stage.played.filter(({ beat }) => beat % 4 > 1.5));
    assert.deepEqual(whole, [2, 3, 6, 7, 9, 10]);
    assert.deepEqual([stage.deck.underruns, stage.deck.realTime.missedTicks], [0, 0]);
  });

  it('yields at the commit as soon as somebody plays, and is back on the line of the first bar that is left empty', async () => {
    const stage = await Stage.begin(fill);
    stage.willPlay([9.5, 0.5, 70], [12.5, 0.4, 71]);
    await stage.playUntil(24);
    const beats = stage.played.map(({ beat }) => beat);
    assert.ok(beats.includes(10) && !beats.some((beat) => beat > 10.6 && beat < 12));
    assert.ok(!beats.some((beat) => beat > 13.6 && beat < 16), String(beats));
    assert.ok(beats.includes(16));
  });

  it('waits for a silence that is long enough before the line', async () => {
    const stage = await Stage.begin({ ...fill, 'answer-after': 2 });
    stage.willPlay([0, 3, 60], [4, 1, 62]);
    await stage.playUntil(12);
    assert.deepEqual(barsOf(stage.played), [2]);
  });

  it('fills at a cue though somebody plays, and only then where it is told not to by itself', async () => {
    const stage = await Stage.begin({ ...fill, 'answer-after': 0 });
    stage.willPlay([0, 7, 60]);
    stage.at(5, () => stage.deck.modes.takeOver());
    await stage.playUntil(8);
    assert.deepEqual(stage.played, []);
    await stage.playUntil(16);
    assert.deepEqual(barsOf(stage.played), [2, 3]);
  });

  it('knows what was played on both sides of what it filled before', async () => {
    const stage = await Stage.begin(fill);
    stage.willPlay(...phraseIn(0, 2));
    await stage.playUntil(13);
    const { history } = stage.composer.primed.findLast(({ atBeat }) => atBeat === 12) ?? assert.fail('never primed');
    assert.deepEqual(barsOf(history.notes), [0, 1, 2]);
  });

  it('plays given bars at their place, after those it fills', async () => {
    const stage = await Stage.begin(fill);
    stage.at(5, () => void stage.parameters.write('deck/1/fill', ['C3:2 G3:2', 2], 'test'));
    await stage.playUntil(24);
    const bar = stage.played.filter(({ beat }) => beat >= 16 && beat < 20);
    assert.deepEqual(bar.map(({ beat, pitch }) => [beat, pitch]), [[16, 48], [18, 55]]);
    assert.deepEqual(barsOf(stage.played), [1, 2, 3, 4, 5]);
  });

  it('leads into bars that come again as they were', async () => {
    const composer = new ForeseeingComposer();
    const stage = await Stage.begin(fill, composer);
    stage.at(9, () => void stage.parameters.write('deck/1/plan', ['A B A *', 1], 'test'));
    await stage.playUntil(30);
    assert.deepEqual([...new Set(composer.foreseen)], [20]);
  });

  it('falls silent where it is made to listen, and where it is let go plays on', async () => {
    const stage = await Stage.begin(fill);
    stage.at(6, () => void stage.parameters.write('deck/1/play-mode', ['answer'], 'test'));
    stage.at(13, () => void stage.parameters.write('deck/1/play-mode', ['fill'], 'test'));
    await stage.playUntil(24);
    assert.deepEqual(barsOf(stage.played), [1, 4, 5]);
  });
});
