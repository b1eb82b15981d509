import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ComposeControls, ComposedSpan } from '../../../../src/engine/contracts/composer.js';
import { NullComposer } from '../../../../src/engine/contracts/null-composer.js';
import { writeRender } from '../../../../src/engine/midi-file/render.js';
import { endBeat, type Note } from '../../../../src/engine/music/note.js';
import { scoreOf } from '../../../../src/engine/music/score.js';
import type { OfflineTake } from '../../../../src/engine/rendering/offline-take.js';
import { Stage } from '../modes/stage.js';
import { AskedComposer, barOf, stageOf, takeOf, voicesOf, write } from './support.js';

const given = 'C5:1 E5:1 G5:2';
const givenNotes = [[0, 72], [1, 76], [2, 79]] as const;

/** Plays one pitch for each seed, with notes of two beats, and likes what follows the better the closer its first note is to what it played last. */
class LeadingComposer extends NullComposer {
  readonly foreseen: { readonly notes: readonly Note[]; readonly untilBeat: number }[] = [];
  readonly seeds: number[] = [];
  private last = 0;

  override async compose(untilBeat: number, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    const span = await super.compose(untilBeat, controls, stopped);
    this.seeds.push(controls.sampling.seed);
    this.last = pitchOfSeed(controls.sampling.seed);
    return { ...span, notes: span.notes.map((note) => ({ ...note, pitch: this.last, duration: 2 })) };
  }

  async foresee(notes: readonly Note[], untilBeat: number, _controls: ComposeControls, stopped: () => boolean): Promise<number | undefined> {
    this.foreseen.push({ notes, untilBeat });
    return stopped() ? undefined : -Math.abs(notes[0].pitch - this.last);
  }
}

/** Says that all leads anywhere, and is asked. */
class AimedComposer extends AskedComposer {
  async foresee(): Promise<number | undefined> {
    return 0;
  }
}

/** Plays eight bars of its own, each with its own chord, these again and again, and after some bars nothing but one pitch. */
class SongComposer extends AskedComposer {
  constructor(
    songBars = 10,
    /** Bars that it leaves to others. */
    private readonly rests: readonly number[] = [],
  ) {
    super((note) => ({ ...note, pitch: note.beat < songBars * 4 ? pitchOfSong(note.beat) : 100 }));
  }

  override async compose(untilBeat: number, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    const span = await super.compose(untilBeat, controls, stopped);
    return { ...span, notes: span.notes.filter(({ beat }) => !this.rests.includes(Math.floor(beat / 4))) };
  }
}

function pitchOfSong(beat: number): number {
  return 40 + 5 * (Math.floor(beat / 4) % 8) + (beat % 4);
}

function pitchOfSeed(seed: number): number {
  return 40 + (seed % 41);
}

const ask = async (take: OfflineTake, name: string, ...values: (number | string)[]): Promise<readonly unknown[]> => take.parameters.ask(`deck/1/${name}`, values, 'test');

describe('bars that are filled', () => {
  it('lie between what was played and what is given, which stands as it is in the bar that is answered', async () => {
    const take = await takeOf(() => new LeadingComposer());
    assert.deepEqual(await ask(take, 'fill', given, 2), [4]);
    await take.playUntil(20);
    assert.deepEqual(barOf(take, 3), givenNotes);
    for (const bar of [1, 2, 4]) assert.equal(barOf(take, bar).length, 4, `bar ${bar}`);
    await take.end();
    assert.equal(take.recorder.hanging, 0);
  });

  it('are those, of so many, after which the composer thinks the given ones likeliest', async () => {
    const composer = new LeadingComposer();
    const take = await takeOf(() => composer);
    await write(take, 'fill-candidates', 5);
    await write(take, 'fill', given, 2);
    const before = composer.seeds.length;
    await take.playUntil(12);
    const made = [...new Set(composer.seeds.slice(before))].map(pitchOfSeed);
    assert.equal(made.length, 5);
    const nearest = made.reduce((best, pitch) => (Math.abs(pitch - 72) < Math.abs(best - 72) ? pitch : best));
    assert.notEqual(nearest, made[0]);
    assert.deepEqual(barOf(take, 2).map(([, pitch]) => pitch), [nearest, nearest, nearest, nearest]);
    take.ensemble.publishCounters();
    assert.equal(take.parameters.number('deck/1/candidates-made'), 5);
    await take.end();
  });

  it('are judged by the given notes in the beats of the composer', async () => {
    const composer = new LeadingComposer();
    const take = await takeOf(() => composer);
    await write(take, 'fill', given, 1);
    await take.playUntil(10);
    const { notes, untilBeat } = composer.foreseen[0];
    assert.deepEqual([notes.map(({ beat, pitch }) => [beat - 8, pitch]), untilBeat], [givenNotes, 12]);
    await take.end();
  });

  it('end where the given ones begin: no note of theirs reaches over the line, whatever is given when', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 3, max: 12 }), async (bars, beat) => {
        const take = await takeOf(() => new LeadingComposer());
        await take.playUntil(beat);
        const [bar] = (await ask(take, 'fill', given, bars)) as [number];
        const line = (bar - 1) * 4;
        await take.playUntil(line + 8);
        await take.end();
        const { notes } = take.recorder.score();
        assert.ok(notes.filter((note) => note.beat < line).every((note) => endBeat(note) <= line + 1e-6));
        assert.deepEqual(notes.filter((note) => note.beat >= line && note.beat < line + 4).map((note) => [note.beat - line, note.pitch, note.duration]), [[0, 72, 1], [1, 76, 1], [2, 79, 2]]);
        assert.equal(take.recorder.hanging, 0);
      }),
      { numRuns: 15 },
    );
  });

  it('lead into bars of the take, and into those of a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fill-'));
    const take = await takeOf(() => new LeadingComposer());
    try {
      const file = join(folder, 'head.mid');
      await writeFile(file, writeRender(scoreOf([{ beat: 0, duration: 4, channel: 0, pitch: 50, velocity: 70 }, { beat: 5, duration: 1, channel: 0, pitch: 53, velocity: 70 }])));
      await take.playUntil(9);
      assert.deepEqual(await ask(take, 'fill-to-bar', 1, 2, 1), [5]);
      assert.deepEqual(await ask(take, 'fill-to-file', file, 1), [8]);
      await take.playUntil(44);
      assert.deepEqual([barOf(take, 4), barOf(take, 5)], [barOf(take, 0), barOf(take, 1)]);
      assert.deepEqual([barOf(take, 7), barOf(take, 8)], [[[0, 50]], [[1, 53]]]);
      assert.deepEqual([barOf(take, 6).length, barOf(take, 9).length], [4, 4]);
    } finally {
      await take.end();
      await rm(folder, { recursive: true });
    }
  });

  it('move with the music when the host jumps', async () => {
    const take = await takeOf(() => new LeadingComposer());
    await write(take, 'fill', given, 2);
    take.ensemble.follow({ bpm: 120, beatOrigin: 18.5, timeOrigin: 2.5 * 500_000 - 1 });
    await take.playUntil(24);
    await take.end();
    const { notes } = take.recorder.score();
    for (const [beat, pitch] of givenNotes) assert.equal(notes.filter((note) => Math.abs(note.beat - 28 - beat) < 1e-6 && note.pitch === pitch).length, 1);
  });

  it('are one choice, and the first, where there is no time for a second, and nothing waits for them', async () => {
    for (const [milliseconds, most] of [[40, 6], [300, 3], [420, 1]]) {
      const composer = new LeadingComposer();
      const stage = stageOf(voicesOf(() => composer), milliseconds);
      await stage.start('leading');
      await stage.playUntil(6);
      await write(stage, 'fill', given, 2);
      await stage.playUntil(30);
      const { plan, underruns } = stage.deck;
      const notes = plan.from(0).notes.filter(({ beat }) => beat < 30);
      assert.deepEqual([underruns, stage.deck.realTime.missedTicks], [0, 0], `${milliseconds} ms a beat`);
      assert.ok(new Set(notes.map(({ beat }) => Math.floor(beat))).size >= 29, 'a beat has no note');
      assert.ok(stage.deck.steering.figures()['candidates-made'] as number <= most, `${milliseconds} ms a beat: ${stage.deck.steering.figures()['candidates-made']}`);
      if (most === 1) assert.equal(composer.foreseen.length, 0);
      await stage.end();
    }
  });

  it('are those that led there before, where the music has been there, unless that is not wanted', async () => {
    for (const [wanted, first] of [[true, 50], [false, 100]] as const) {
      const take = await takeOf(() => new SongComposer());
      await write(take, 'fill-as-before', wanted);
      await take.playUntil(37);
      assert.deepEqual(await ask(take, 'fill-to-bar', 5, 2, 2), [13]);
      await take.playUntil(60);
      const pitches = (number: number): readonly number[] => barOf(take, number).map(([, pitch]) => pitch);
      assert.deepEqual([pitches(12), pitches(13)], [pitches(4), pitches(5)]);
      assert.deepEqual([pitches(10)[0], pitches(14)[0]], [first, 100]);
      if (wanted) assert.deepEqual([barOf(take, 10), barOf(take, 11)], [barOf(take, 2), barOf(take, 3)]);
      await take.end();
      assert.equal(take.recorder.hanging, 0);
    }
  });

  it('are what the deck itself played in those that led there before, not what it heard, also after it went back', async () => {
    for (const [bars, rewound] of [[10, 0], [18, 8]] as const) {
      const stage = await Stage.with(voicesOf(() => new SongComposer(bars)), 'song', {});
      stage.willPlay([9.5, 0.5, 97], [13.25, 0.5, 98]);
      await stage.playUntil(bars * 4 - 3);
      assert.deepEqual(stage.ensemble.hearing.notesBetween(0, 36).map(({ pitch }) => pitch), [97, 98]);
      if (rewound > 0) await stage.parameters.write('deck/1/rewind', [rewound], 'test');
      assert.deepEqual(await stage.parameters.ask('deck/1/fill-to-bar', [5, 2, 2], 'test'), [bars + 3]);
      await stage.playUntil(bars * 4 + 20);
      const pitches = stage.deck.plan.from(bars * 4).notes.filter(({ beat }) => beat < bars * 4 + 20).map(({ pitch }) => pitch);
      assert.deepEqual(pitches, [...[8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23].map(pitchOfSong), 100, 100, 100, 100], `back by ${rewound} bars`);
    }
  });

  it('are composed where those that led there before were somebody else’s alone', async () => {
    const stage = await Stage.with(voicesOf(() => new SongComposer(10, [2, 3])), 'song', {});
    stage.willPlay([9, 1, 97], [13, 1, 98]);
    await stage.playUntil(37);
    assert.deepEqual(await stage.parameters.ask('deck/1/fill-to-bar', [5, 2, 2], 'test'), [13]);
    await stage.playUntil(60);
    assert.deepEqual(stage.deck.plan.from(40).notes.filter(({ beat }) => beat < 48).map(({ pitch }) => pitch), [100, 100, 100, 100, 100, 100, 100, 100]);
  });

  it('are composed with what is given in view, in the beats of the composer, and what comes after them is not', async () => {
    const composer = new AimedComposer();
    const take = await takeOf(() => composer);
    await write(take, 'fill', given, 2);
    await take.playUntil(20);
    const goals = composer.asked.filter(({ goal }) => goal).map(({ goal }) => goal);
    assert.ok(goals.length > 0);
    for (const goal of goals) {
      assert.deepEqual(goal?.notes.map(({ beat, pitch }) => [beat - 12, pitch]), givenNotes);
      assert.deepEqual([goal?.fromBeat, goal?.untilBeat, goal?.beatsPerBar], [12, 16, 4]);
    }
    assert.equal(composer.asked.at(-1)?.goal, undefined);
    await take.end();
  });

  it('are composed as ever where the pack cannot say what leads into them, and that is said', async () => {
    const take = await takeOf(() => new NullComposer());
    const sentences: string[] = [];
    take.parameters.onEvent((event) => event.type === 'notice' && sentences.push(event.sentence));
    await write(take, 'fill', given, 2);
    await take.playUntil(20);
    assert.deepEqual(barOf(take, 3), givenNotes);
    assert.deepEqual(barOf(take, 2), [[0, 68], [1, 69], [2, 70], [3, 71]]);
    assert.deepEqual(sentences, ['The pack asked cannot say what leads into given bars: where the music never came to them before, it goes on as it would without them.']);
    take.ensemble.publishCounters();
    assert.doesNotMatch(take.parameters.text('deck/1/keeps'), /fill/);
    await take.end();
  });

  it('are refused where they cannot be read, or there are none', async () => {
    const take = await takeOf(() => new LeadingComposer());
    await assert.rejects(write(take, 'fill', 'X9'), /These notes cannot be played/);
    await assert.rejects(write(take, 'fill', given, 0), /1 to 64 bars can be filled, not 0/);
    await assert.rejects(write(take, 'fill-to-bar', 40), /no music in bar 40/);
    await assert.rejects(write(take, 'fill-to-file', '/nowhere.mid'), /nowhere\.mid cannot be a prompt/);
    await write(take, 'fill', given, 2);
    await write(take, 'forget-forced');
    await take.playUntil(16);
    assert.equal(barOf(take, 3).length, 4);
    await take.end();
  });
});
