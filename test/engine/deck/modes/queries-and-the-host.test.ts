import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComposeControls, NoteAnswer, NoteQuestion } from '../../../../src/engine/contracts/composer.js';
import { ContinuoError } from '../../../../src/engine/errors.js';
import { asked, CountingComposer } from './queried.js';
import type { Stage } from './stage.js';

/** Something happens once while it looks for a note. */
class UnsettledComposer extends CountingComposer {
  happens: (() => void) | undefined;

  override async nextNote(question: NoteQuestion, controls: ComposeControls): Promise<NoteAnswer> {
    const answer = await super.nextNote(question, controls);
    const { happens } = this;
    this.happens = undefined;
    happens?.();
    return answer;
  }
}

function transport(stage: Stage, type: 'start' | 'stop', beat = stage.ensemble.session.beat()): void {
  stage.ensemble.transport({ type, beat, micros: stage.clock.now() });
}

/** Where the last past lies that the voice was told of, and where it goes on. */
function told({ composer }: Stage): readonly number[] {
  const { history, atBeat } = composer.primed.at(-1) ?? assert.fail('never primed');
  return [history.notes[0].beat, history.notes[history.notes.length - 1].beat, atBeat].map(Math.floor);
}

function isForQueries(error: unknown): boolean {
  return error instanceof ContinuoError && error.errorName === 'badValue' && /play-mode to query/.test(error.message);
}

describe('a deck that is queried beside a host', () => {
  it('answers for where the host is, though it jumped while the note was looked for', async () => {
    const composer = new UnsettledComposer();
    const { stage, ask } = await asked(composer);
    await stage.playUntil(20);
    composer.happens = () => stage.ensemble.follow({ bpm: 120, beatOrigin: 2, timeOrigin: stage.clock.now() });
    const [, , beatsFromNow] = await ask('low-pitch', 70);
    assert.ok(Number(beatsFromNow) <= 4, `${String(beatsFromNow)} beats from now`);
    const [, , next] = await ask('low-pitch', 71);
    assert.ok(Number(next) <= 4, `${String(next)} beats from now`);
  });


  it('goes on from what was fed while the host stood when it plays on, in its bars', async () => {
    const { stage, ask, feed } = await asked();
    stage.willPlay([1, 0.5, 50]);
    await stage.playUntil(4);
    transport(stage, 'stop');
    for (let note = 0; note < 50; note += 1) await feed(60 + (note % 12), 80, note === 0 ? 0 : 2, 0.5);
    await stage.deck.settled();
    transport(stage, 'start');
    assert.ok(stage.ensemble.hearing.lastTold <= 4);
    await stage.playUntil(8);
    const [, , beats, , , relaxed] = await ask('latest', 1);
    assert.ok(Number(beats) <= 1, String(beats));
    assert.equal(relaxed, '');
    // What was heard at 1 is as long before what was fed as ever.
    assert.deepEqual(told(stage), [1 - 100, 102 - 100, 4]);
  });

  it('answers for where the host is, though it played on while the note was looked for', async () => {
    const composer = new UnsettledComposer();
    const { stage, ask, feed } = await asked(composer);
    transport(stage, 'stop', 4);
    await feed(60, 80, 60, 0.5);
    await stage.deck.settled();
    composer.happens = () => transport(stage, 'start');
    const [, , beats] = await ask('low-pitch', 70);
    assert.ok(Number(beats) <= 4, `${String(beats)} beats from now`);
  });

  it('lets nobody follow what was fed while the host stood as if it were still to come', async () => {
    const { stage, feed } = await asked();
    stage.willPlay([1, 0.5, 50]);
    await stage.playUntil(4);
    transport(stage, 'stop');
    for (let note = 0; note < 20; note += 1) await feed(60, 80, 2, 0.5);
    await stage.parameters.write('deck/1/play-mode', ['answer'], 'test');
    transport(stage, 'start');
    const onset = stage.ensemble.hearing.lastOnset;
    await stage.playUntil(30);
    assert.equal(stage.ensemble.hearing.lastOnset, onset);
  });

  it('leaves what was fed ahead while the host played where it is, though the host stands for a while', async () => {
    const { stage, feed } = await asked();
    await stage.playUntil(4);
    await feed(60, 80, 3, 0.5);
    transport(stage, 'stop');
    transport(stage, 'start');
    assert.ok(Math.abs(stage.ensemble.hearing.lastTold - 7) < 0.05);
  });

  it('counts from where the host stands, or from what was fed since if that is later', async () => {
    const { stage, ask, feed } = await asked();
    stage.willPlay([18, 0.5, 50]);
    await stage.playUntil(20);
    transport(stage, 'stop');
    const [, , beats, , , relaxed] = await ask('latest', 1);
    assert.deepEqual([Number(beats) <= 1, relaxed], [true, '']);
    await feed(60, 80, 0, 0.5);
    assert.ok(Math.abs(stage.ensemble.hearing.lastTold - 20) < 0.05);
    await feed(60, 80, 2, 0.5);
    await feed(60, 80, 2, 0.5);
    assert.ok(Math.abs(stage.ensemble.hearing.lastTold - 24) < 0.05);
  });
});

describe('a query that waits', () => {
  it('is refused where another mode comes meanwhile, and so are those behind it; the deck plays on where that begins', async () => {
    const composer = new UnsettledComposer();
    const { stage, ask } = await asked(composer);
    await stage.playUntil(20);
    const waiting: Promise<unknown>[] = [];
    composer.happens = () => {
      waiting.push(assert.rejects(ask('low-pitch', 71), isForQueries));
      waiting.push(stage.parameters.write('deck/1/play-mode', ['continue'], 'test'));
    };
    await assert.rejects(ask('low-pitch', 70), isForQueries);
    await stage.deck.settled();
    await Promise.all(waiting);
    const { atBeat } = composer.primed.at(-1) ?? assert.fail('never primed');
    assert.ok(Number.isInteger(atBeat), `told up to ${atBeat}`);
    await stage.playUntil(30);
    assert.deepEqual(stage.played.slice(0, 3).map(({ beat }) => beat), [atBeat, atBeat + 1, atBeat + 2]);
  });

  it('is answered where the deck is set to be queried anew meanwhile', async () => {
    const composer = new UnsettledComposer();
    const { stage, ask } = await asked(composer);
    await stage.playUntil(20);
    composer.happens = () => {
      void stage.parameters.write('deck/1/play-mode', ['continue'], 'test');
      void stage.parameters.write('deck/1/play-mode', ['query'], 'test');
    };
    assert.equal((await ask('low-pitch', 70))[0], 70);
  });

  it('is refused where its deck is taken away', async () => {
    const { stage } = await asked();
    const deck = stage.ensemble.addDeck();
    await stage.parameters.write('deck/2/play-mode', ['query'], 'test');
    await deck.load('null', 'now');
    await deck.settled();
    const removed = stage.ensemble.removeDeck();
    await assert.rejects(stage.parameters.ask('deck/2/query', ['low-pitch', 70], 'test'), /Deck 2 is closed/);
    await removed;
  });
});
