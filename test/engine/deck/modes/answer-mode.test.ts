import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ContinuoError } from '../../../../src/engine/errors.js';
import type { Score } from '../../../../src/engine/music/score.js';
import type { Note } from '../../../../src/engine/music/note.js';
import { withTempo } from '../../../../src/engine/time/timeline.js';
import { AttentiveComposer, Stage } from './stage.js';
import type { ComposeControls, ComposedSpan } from '../../../../src/engine/contracts/composer.js';

const answer = { 'play-mode': 'answer' };

function beatsOf(notes: readonly Note[]): readonly number[] {
  return notes.map((note) => Math.round(note.beat * 1000) / 1000);
}

/** Begins its spans a quarter of a beat late. */
class LateComposer extends AttentiveComposer {
  override async compose(untilBeat: number, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    const span = await super.compose(untilBeat, controls, stopped);
    return { ...span, notes: span.notes.map((note) => ({ ...note, beat: note.beat + 0.25 })) };
  }
}

/** Takes 25 ms to be told of the past and 50 ms to compose. */
class BusyComposer extends LateComposer {
  pass: (milliseconds: number) => void = () => undefined;

  override async prime(history: Score, atBeat: number): Promise<void> {
    this.pass(25);
    await super.prime(history, atBeat);
  }

  override async compose(untilBeat: number, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    this.pass(50);
    return super.compose(untilBeat, controls, stopped);
  }
}

describe('a deck that answers', () => {
  it('is silent until somebody has played, however long that takes, and misses nothing meanwhile', async () => {
    const stage = await Stage.begin(answer);
    await stage.playUntil(24);
    assert.deepEqual(stage.played, []);
    assert.equal(stage.deck.state, 'listening');
    assert.deepEqual([stage.deck.underruns, stage.deck.realTime.missedTicks], [0, 0]);
  });

  it('answers at the bar after enough silence, for as many bars as it is told, and listens again', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-bars': 2, 'answer-after': 1 });
    stage.willPlay([0, 1, 60], [1, 1, 62], [2, 0.9, 64]);
    await stage.playUntil(3.9);
    assert.deepEqual(stage.played, []);
    await stage.playUntil(30);
    assert.deepEqual(beatsOf(stage.played), [4, 5, 6, 7, 8, 9, 10, 11]);
    assert.equal(stage.deck.realTime.missedTicks, 0);
    assert.equal(stage.deck.underruns, 0);
  });

  it('waits a bar more where the silence at the bar line is too short', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-bars': 1, 'answer-after': 1 });
    stage.willPlay([0, 1, 60], [3, 0.5, 62]);
    await stage.playUntil(16);
    assert.deepEqual(beatsOf(stage.played), [8, 9, 10, 11]);
  });

  it('knows the whole phrase, at its beats, when it begins', async () => {
    const stage = await Stage.begin(answer);
    stage.willPlay([0, 1, 60], [1, 0.5, 67], [2.5, 0.5, 72]);
    await stage.playUntil(4.1);
    const { history, atBeat } = stage.composer.primed.at(-1) ?? assert.fail('never primed');
    assert.equal(atBeat, 4);
    assert.deepEqual(history.notes.map(({ beat, duration, pitch }) => [beat, Math.round(duration * 100) / 100, pitch]), [[0, 1, 60], [1, 0.5, 67], [2.5, 0.5, 72]]);
  });

  it('tells its voice what is played beat by beat while it listens', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-after': 0 });
    stage.willPlay([0, 0.5, 60], [1, 0.5, 62], [2, 0.5, 64], [3, 0.5, 65]);
    const before = stage.composer.primed.length;
    await stage.playUntil(5);
    assert.deepEqual(stage.composer.primed.slice(before).map(({ history }) => history.notes.length), [1, 2, 3, 4]);
  });

  it('answers at a cue, at the boundary that is asked for, whether or not somebody plays', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-after': 0, 'answer-bars': 1 });
    stage.willPlay([0, 4, 60], [4, 1.25, 62]);
    stage.at(4.5, () => stage.deck.modes.takeOver('beat'));
    await stage.playUntil(20);
    assert.deepEqual(beatsOf(stage.played), [5, 6, 7, 8]);
  });

  it('answers within 200 ms of a cue where no grid is asked for', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-at': 'now', 'answer-after': 0 }, new LateComposer());
    stage.willPlay([0, 2.3, 60]);
    stage.at(2.37, () => stage.deck.modes.takeOver());
    await stage.playUntil(4);
    const [first] = stage.played;
    assert.ok((first.beat - 2.37) / 2 < 0.2, `${(first.beat - 2.37) * 500} ms`);
  });

  it('answers a cue as soon as it has composed, however long it has listened', async () => {
    const composer = new BusyComposer();
    const stage = await Stage.begin({ ...answer, 'answer-at': 'now', 'answer-after': 0 }, composer);
    composer.pass = (milliseconds) => stage.clock.advanceTo(stage.clock.now() + milliseconds * 1000);
    stage.willPlay(...Array.from({ length: 30 }, (_unused, beat) => [beat, 0.5, 60 + (beat % 5)] as const));
    stage.at(30.37, () => stage.deck.modes.takeOver());
    await stage.playUntil(33);
    const planned = stage.events.flatMap((event) => (event.type === 'planned' && event.fromBeat > 30 ? [event] : []));
    const [first, second] = planned.slice(planned.findIndex(({ notes }) => notes.length > 0));
    const milliseconds = (first.fromBeat - 30.37) * 500;
    // Half a beat without a note, and the half with one.
    assert.ok(milliseconds >= 125 && milliseconds < 165, `${milliseconds} ms`);
    assert.equal(first.notes[0].beat, first.fromBeat);
    assert.equal(second.fromBeat, first.untilBeat);
    assert.equal(stage.deck.underruns, 0);
  });

  it('begins at once with a note, however late its voice has the first one', async () => {
    const composer = new AttentiveComposer();
    const compose = composer.compose.bind(composer);
    composer.compose = async (untilBeat, controls, stopped) => {
      const span = await compose(untilBeat, controls, stopped);
      return { ...span, notes: span.notes.filter(({ beat }) => beat >= 7) };
    };
    const stage = await Stage.begin({ ...answer, 'answer-bars': 2, 'answer-after': 1 }, composer);
    stage.willPlay([0, 1, 60], [2, 0.9, 64]);
    await stage.playUntil(16);
    assert.deepEqual(beatsOf(stage.played), [4, 8, 9, 10, 11]);
    assert.equal(stage.played[0].duration, 3.5);
    assert.equal(stage.deck.realTime.missedTicks, 0);
    await stage.ensemble.dispose();
  });

  it('leaves out whole bars of silence that its voice begins with', async () => {
    const composer = new AttentiveComposer();
    const compose = composer.compose.bind(composer);
    composer.compose = async (untilBeat, controls, stopped) => {
      const span = await compose(untilBeat, controls, stopped);
      return { ...span, notes: span.notes.filter(({ beat }) => beat >= 13) };
    };
    const stage = await Stage.begin({ ...answer, 'answer-bars': 2, 'answer-after': 1 }, composer);
    stage.willPlay([0, 1, 60], [2, 0.9, 64]);
    await stage.playUntil(20);
    assert.deepEqual(beatsOf(stage.played), [4, 6, 7, 8, 9, 10, 11]);
    assert.deepEqual([stage.played[0].duration, stage.deck.realTime.missedTicks], [1.5, 0]);
  });

  it('takes the place of what the deck still had to play where it begins before that has ended, and repeats none of it', async () => {
    const stage = await Stage.begin({ 'answer-at': 'beat', 'answer-bars': 1 });
    await stage.parameters.write('commit', [4], 'test');
    stage.at(5.5, () => void stage.parameters.write('deck/1/play-mode', ['answer'], 'test'));
    stage.at(5.6, () => void stage.parameters.write('deck/1/take-over', [], 'test'));
    await stage.playUntil(16);
    const beats = stage.played.map(({ beat }) => beat);
    assert.deepEqual(beats, [...new Set(beats)]);
    assert.deepEqual(beats.slice(0, 10), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('takes the next line and loses no note, where it took longer to compose than was expected', async () => {
    const composer = new BusyComposer();
    const stage = await Stage.begin({ ...answer, 'answer-bars': 1, 'answer-after': 1 }, composer);
    stage.willPlay([0, 1, 60], [1, 1, 62], [2, 0.9, 64]);
    stage.at(3.5, () => {
      composer.pass = (milliseconds) => {
        if (milliseconds === 50) composer.pass = () => undefined;
        stage.clock.advanceTo(stage.clock.now() + 10 * milliseconds * 1000);
      };
    });
    await stage.playUntil(16);
    assert.deepEqual(beatsOf(stage.played), [8, 9.25, 10.25, 11.25]);
  });

  it('begins on its line where the voice would begin after it', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-bars': 1 }, new LateComposer());
    stage.willPlay([0, 3, 60]);
    await stage.playUntil(10);
    assert.deepEqual(beatsOf(stage.played), [4, 5.25, 6.25, 7.25]);
    assert.equal(stage.played[0].duration, 0.75);
  });

  it('asks for a note in the first beat of an answer only', async () => {
    const stage = await Stage.begin(answer);
    stage.willPlay([0, 3, 60]);
    await stage.playUntil(9);
    assert.deepEqual(stage.composer.asked.slice(-3).map(({ constraint }) => constraint.onsetsPerBeat), [undefined, undefined, undefined]);
    assert.equal(stage.composer.asked.filter(({ constraint }) => constraint.onsetsPerBeat?.low === 1).length, 1);
  });

  it('yields after what is committed as soon as somebody plays', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-bars': 0 });
    await stage.parameters.write('commit', [1], 'test');
    stage.willPlay([0, 3, 60], [9.5, 4, 70]);
    await stage.playUntil(15);
    assert.deepEqual(beatsOf(stage.played), [4, 5, 6, 7, 8, 9, 10]);
    assert.equal(stage.deck.state, 'listening');
  });

  it('answers, and yields, while something is told of ahead of time', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-bars': 0, 'answer-after': 1 });
    await stage.parameters.write('commit', [1], 'test');
    stage.at(1, () => stage.ensemble.hearing.note('feed', { beat: 30, duration: 1, channel: 0, pitch: 90, velocity: 80 }));
    stage.willPlay([0, 3, 60], [9.5, 0.25, 70]);
    await stage.playUntil(11.5);
    assert.deepEqual(beatsOf(stage.played), [4, 5, 6, 7, 8, 9, 10]);
    await stage.playUntil(31.9);
    assert.deepEqual(beatsOf(stage.played).slice(7), Array.from({ length: 19 }, (_unused, index) => 12 + index));
  });

  it('yields after what is committed however long its voice takes to answer', async () => {
    const composer = new BusyComposer();
    const stage = await Stage.begin({ ...answer, 'answer-bars': 0 }, composer);
    await stage.parameters.write('commit', [0.25], 'test');
    composer.pass = (milliseconds) => {
      if (milliseconds === 50) stage.clock.advanceTo(stage.clock.now() + 200_000);
    };
    stage.willPlay([0, 3, 60], [13.95, 4, 70]);
    await stage.playUntil(13.9);
    assert.equal(stage.deck.state, 'playing');
    await stage.playUntil(17.9);
    assert.equal(beatsOf(stage.played).at(-1), 13.25);
    assert.equal(stage.deck.state, 'listening');
  });

  it('does not begin where somebody plays on after all', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-bars': 1 });
    stage.willPlay([0, 2, 60], [3.6, 3, 62]);
    await stage.playUntil(12);
    assert.deepEqual(beatsOf(stage.played), [8, 9, 10, 11].slice(0, stage.played.length));
    assert.ok(stage.played.every(({ beat }) => beat >= 8));
  });

  it('answers once: without a new phrase it stays silent', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-bars': 1 });
    stage.willPlay([0, 3, 60]);
    await stage.playUntil(32);
    assert.deepEqual(beatsOf(stage.played), [4, 5, 6, 7]);
  });

  it('takes the key of the phrase, unless it is told not to', async () => {
    const scale = [62, 64, 66, 67, 69, 71, 73, 74, 69, 66, 62, 62].map((pitch, index) => [index, 1, pitch] as const);
    const follows = await Stage.begin(answer);
    follows.willPlay(...scale);
    await follows.playUntil(18);
    assert.equal(follows.composer.asked.at(-1)?.keySemitones, 2);
    const keeps = await Stage.begin({ ...answer, 'follow-key': false });
    keeps.willPlay(...scale);
    await keeps.playUntil(18);
    assert.equal(keeps.composer.asked.at(-1)?.keySemitones, 0);
  });

  it('falls silent at the commit when it is made to listen, and plays on when it is let go', async () => {
    const stage = await Stage.begin({});
    stage.at(6, () => void stage.parameters.write('deck/1/play-mode', ['answer'], 'test'));
    stage.at(12, () => void stage.parameters.write('deck/1/play-mode', ['continue'], 'test'));
    await stage.playUntil(16);
    assert.ok(beatsOf(stage.played).includes(6));
    assert.ok(!beatsOf(stage.played).some((beat) => beat > 7 && beat < 12));
    assert.ok(beatsOf(stage.played).includes(15));
  });

  it('answers where the host has jumped to', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-bars': 1 });
    stage.willPlay([0, 2, 60]);
    stage.at(3, () => stage.ensemble.follow({ bpm: 120, beatOrigin: 35, timeOrigin: stage.clock.now() }));
    await stage.playUntil(3);
    await stage.playUntil(44);
    assert.deepEqual(beatsOf(stage.played), [36, 37, 38, 39]);
  });

  it('begins on the next line where the host has jumped to before it had its first note, and is as long as it is told', async () => {
    const composer = new AttentiveComposer();
    const stage = await Stage.begin({ ...answer, 'answer-bars': 2, 'answer-after': 1 }, composer);
    const compose = composer.compose.bind(composer);
    composer.compose = async (untilBeat, controls, stopped) => {
      if (untilBeat === 5.5) stage.ensemble.follow({ bpm: 120, beatOrigin: 35, timeOrigin: stage.clock.now() });
      const span = await compose(untilBeat, controls, stopped);
      return { ...span, notes: span.notes.filter(({ beat }) => beat >= 7) };
    };
    stage.willPlay([0, 1, 60], [2, 0.9, 64]);
    await stage.playUntil(4);
    await stage.playUntil(60);
    assert.deepEqual(beatsOf(stage.played), [36, 40, 41, 42, 43]);
    assert.equal(stage.played[0].duration, 3.5);
  });

  it('answers a cue where the host jumps before the answer has begun', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-bars': 1, 'answer-after': 0 });
    stage.willPlay([0, 2, 60]);
    stage.at(2.5, () => stage.deck.modes.takeOver());
    stage.at(3, () => stage.ensemble.follow({ bpm: 120, beatOrigin: 34, timeOrigin: stage.clock.now() }));
    await stage.playUntil(3);
    await stage.playUntil(44);
    assert.deepEqual(beatsOf(stage.played), [36, 37, 38, 39]);
  });

  it('listens as soon as its last bar is over, and answers a last chord that came into its beginning with the rest', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-bars': 2, 'answer-after': 1 });
    stage.willPlay([0, 1, 60], [2, 1.5, 62], [4.2, 0.5, 64]);
    stage.at(3.2, () => stage.deck.modes.takeOver());
    const states: string[] = [];
    for (let beat = 4.5; beat < 30; beat += 0.5) {
      await stage.playUntil(beat);
      if (stage.deck.state !== states.at(-1)?.split(' ')[1]) states.push(`${beat} ${stage.deck.state}`);
    }
    assert.deepEqual(states, ['4.5 playing', '12 listening']);
    assert.deepEqual(beatsOf(stage.played), [4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('says nothing by a pack that takes over while it listens, and answers with it', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-bars': 1 });
    stage.at(1, () => void stage.deck.load('other', 'bar'));
    stage.willPlay([8, 3, 60]);
    await stage.playUntil(11.9);
    assert.deepEqual([stage.deck.pack, stage.played], ['other', []]);
    await stage.playUntil(16);
    assert.deepEqual(beatsOf(stage.played), [12, 13, 14, 15]);
  });

  it('waits for a key that hangs, until a panic lifts it', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-bars': 1 });
    stage.willPlay([0, 100, 60]);
    await stage.playUntil(6);
    assert.deepEqual(stage.played, []);
    await stage.parameters.write('panic', [], 'test');
    await stage.playUntil(12);
    assert.deepEqual(beatsOf(stage.played), [8, 9, 10, 11]);
  });

  it('keeps the beats of the phrase, and its own line, when the tempo changes', async () => {
    const stage = await Stage.begin({ ...answer, 'answer-bars': 1 });
    stage.willPlay([0, 1, 60], [2, 1, 62]);
    stage.at(1, () => stage.ensemble.follow(withTempo(stage.ensemble.session.timeline, 90, stage.clock.now())));
    await stage.playUntil(1.1);
    await stage.playUntil(8.5);
    const { history } = stage.composer.primed.findLast(({ atBeat }) => atBeat === 4) ?? assert.fail('never primed');
    assert.deepEqual(history.notes.map(({ beat, duration }) => [beat, duration].map((value) => Math.round(value * 100) / 100)), [[0, 1], [2, 1]]);
    assert.deepEqual(beatsOf(stage.played), [4, 5, 6, 7]);
  });

  it('cannot be cued in another mode, and says how to', async () => {
    const stage = await Stage.begin({});
    assert.throws(() => stage.deck.modes.takeOver(), (error) => error instanceof ContinuoError && /play-mode to answer/.test(error.message));
  });
});
