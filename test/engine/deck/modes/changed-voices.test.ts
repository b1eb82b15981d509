import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComposeControls, ComposedSpan } from '../../../../src/engine/contracts/composer.js';
import type { Note } from '../../../../src/engine/music/note.js';
import type { Score } from '../../../../src/engine/music/score.js';
import { AttentiveComposer, Stage } from './stage.js';

const answer = { 'play-mode': 'answer', 'answer-bars': 1, 'answer-after': 1 };

/** Takes so long to be told of the past and to compose, and says other pitches than others. */
class PacedComposer extends AttentiveComposer {
  pass: (milliseconds: number) => void = () => undefined;
  primeMilliseconds = 0;
  /** Of what is composed next. */
  composeMilliseconds = 0;

  constructor(private readonly higherBy = 0) {
    super();
  }

  override async prime(history: Score, atBeat: number): Promise<void> {
    this.pass(this.primeMilliseconds);
    await super.prime(history, atBeat);
  }

  override async compose(untilBeat: number, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    this.pass(this.composeMilliseconds);
    this.composeMilliseconds = 0;
    const span = await super.compose(untilBeat, controls, stopped);
    return { ...span, notes: span.notes.map((note) => ({ ...note, pitch: note.pitch + this.higherBy })) };
  }
}

/** A stage with a pack for each composer. */
async function stageWith(composers: Readonly<Record<string, PacedComposer>>, values: Readonly<Record<string, number | string | boolean>>): Promise<Stage> {
  const voices = {
    fallback: undefined,
    open: async ({ pack }: { readonly pack: string }) => {
      await composers[pack].prepare();
      return { pack, composer: composers[pack], sampling: {} };
    },
  };
  const stage = await Stage.with(voices, 'first', values, composers.first);
  for (const composer of Object.values(composers)) composer.pass = (milliseconds) => stage.clock.advanceTo(stage.clock.now() + milliseconds * 1000);
  return stage;
}

function beatsOf(notes: readonly Note[]): readonly number[] {
  return notes.map((note) => Math.round(note.beat * 1000) / 1000);
}

describe('a deck that answers by turns with one pack and another', () => {
  it('is as quick as the pack that plays, however slow the one before was', async () => {
    const composers = { first: new PacedComposer(), other: new PacedComposer() };
    const stage = await stageWith(composers, answer);
    stage.at(3, () => (composers.first.composeMilliseconds = 3000));
    stage.willPlay([0, 1, 60], [2, 0.9, 64], [28, 1, 60], [30, 0.9, 64]);
    stage.at(20, () => void stage.deck.load('other', 'bar'));
    await stage.playUntil(27);
    const before = stage.played.length;
    assert.ok(before > 0);
    await stage.playUntil(40);
    assert.deepEqual(beatsOf(stage.played.slice(before)), [32, 33, 34, 35]);
  });

  it('begins an answer anew that was not there yet when the other took over, on its next line', async () => {
    const composers = { first: new PacedComposer(), other: new PacedComposer(12) };
    const stage = await stageWith(composers, { ...answer, 'answer-bars': 2 });
    composers.first.primeMilliseconds = 700;
    stage.willPlay([0, 1, 60], [2, 0.9, 64]);
    stage.at(1, () => void stage.deck.load('other', 'beat'));
    await stage.playUntil(16);
    assert.deepEqual(beatsOf(stage.played), [4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('plays no note of the other after the last bar of an answer', async () => {
    const composers = { first: new PacedComposer(), other: new PacedComposer(12) };
    const stage = await stageWith(composers, answer);
    stage.willPlay([0, 1, 60], [2, 0.9, 64]);
    stage.at(5, () => void stage.deck.load('other', 'bar'));
    await stage.playUntil(12);
    assert.equal(stage.deck.pack, 'other');
    assert.deepEqual(beatsOf(stage.played), [4, 5, 6, 7]);
  });

  it('plays the other up to the end of an answer and no further where it takes over in its middle', async () => {
    const composers = { first: new PacedComposer(), other: new PacedComposer(12) };
    const stage = await stageWith(composers, answer);
    stage.willPlay([0, 1, 60], [2, 0.9, 64]);
    stage.at(5, () => void stage.deck.load('other', 'beat'));
    await stage.playUntil(12);
    assert.deepEqual(beatsOf(stage.played), [4, 5, 6, 7]);
    assert.ok(stage.played[3].pitch > stage.played[0].pitch + 6);
  });

  it('plays on without a hole where it is let go after the other took over at the end', async () => {
    const composers = { first: new PacedComposer(), other: new PacedComposer(12) };
    const stage = await stageWith(composers, answer);
    stage.willPlay([0, 1, 60], [2, 0.9, 64]);
    stage.at(5, () => void stage.deck.load('other', 'bar'));
    stage.at(7.9, () => void stage.parameters.write('deck/1/play-mode', ['continue'], 'test'));
    await stage.playUntil(16);
    assert.deepEqual(beatsOf(stage.played), [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  });

  for (const boundary of ['beat', 'now']) {
    it(`answers with the other from its bar on and not before: ${boundary}`, async () => {
      const composers = { first: new PacedComposer(), other: new PacedComposer(12) };
      const stage = await stageWith(composers, { ...answer, 'answer-bars': 0, 'answer-at': boundary });
      stage.willPlay([0, 1, 60], [2, 0.9, 64]);
      stage.at(16.2, () => void stage.deck.load('other', 'bar'));
      stage.at(16.4, () => stage.deck.modes.takeOver());
      await stage.playUntil(23.9);
      const others = stage.played.filter(({ pitch }) => pitch >= 72);
      assert.deepEqual(beatsOf(others), [20, 21, 22, 23]);
      assert.ok(stage.played.every(({ beat, pitch }) => beat < 20 || pitch >= 72));
    });
  }
});
