import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ComposeControls, ComposedSpan } from '../../../../src/engine/contracts/composer.js';
import { NullComposer } from '../../../../src/engine/contracts/null-composer.js';
import type { Note } from '../../../../src/engine/music/note.js';
import { parameterTable } from '../../../../src/engine/parameters/table.js';
import { AskedComposer, barOf, stageOf, takeOf, voicesOf, write } from './support.js';

const melody = 'C5:1 E5:0.5 G5:0.5 r:1 C6:1';

/** Other music in every bar, for hundreds of them. */
const neverAgain = (note: Note): Note => ({ ...note, pitch: 30 + ((note.beat * 7 + Math.floor(note.beat / 61) * 3) % 61) });

describe('bars that come again', () => {
  it('are those that were heard so many bars ago', async () => {
    const take = await takeOf(() => new NullComposer());
    await take.playUntil(9);
    await write(take, 'copy-bar', 1);
    await take.playUntil(20);
    assert.deepEqual(barOf(take, 3), barOf(take, 1));
    assert.deepEqual(barOf(take, 4), [[0, 64], [1, 65], [2, 66], [3, 67]]);
    await take.end();
  });

  it('are those of a number, several of them, one request after the other', async () => {
    const take = await takeOf(() => new NullComposer());
    await take.playUntil(13);
    await write(take, 'recall-bar', 1, 2);
    await write(take, 'recall-bar', 2);
    await take.playUntil(32);
    assert.deepEqual([barOf(take, 4), barOf(take, 5), barOf(take, 6)], [barOf(take, 0), barOf(take, 1), barOf(take, 1)]);
    await take.end();
  });

  it('are the same still where so many come before them that the deck has forgotten them by then', async () => {
    const take = await takeOf(() => new AskedComposer(neverAgain));
    await take.playUntil(257);
    for (let round = 0; round < 3; round += 1) await write(take, 'recall-bar', 1, 64);
    await take.playUntil(260 + 3 * 256);
    await take.end();
    const { notes } = take.recorder.score();
    const from = (beat: number): readonly string[] => notes.filter((note) => note.beat >= beat && note.beat < beat + 256).map((note) => `${note.beat - beat} ${note.pitch}`);
    assert.equal(from(0).length, 256);
    for (const beat of [260, 516, 772]) assert.deepEqual(from(beat), from(0), String(beat));
  });

  it('are refused where the deck has forgotten some of them', async () => {
    const take = await takeOf(() => new NullComposer());
    await take.playUntil(540);
    await assert.rejects(write(take, 'recall-bar', 1, 64), /has no music in bar 1 to 64 that it remembers/);
    await write(take, 'recall-bar', 9, 64);
    await take.end();
  });

  it('are refused where there is no music', async () => {
    const take = await takeOf(() => new NullComposer());
    for (const [name, ...values] of [['recall-bar', 40], ['copy-bar', 5], ['copy-bar', -1], ['recall-bar', 0], ['recall-bar', 1, 65]] as const) {
      await assert.rejects(write(take, name, ...values), /Deck 1 has no music|bars back|can be played again|There is no bar 0/, `${name} ${values.join()}`);
    }
    await take.end();
  });

  it('are refused where no bar can have such a number, whatever was played before the host jumped back', async () => {
    const take = await takeOf(() => new NullComposer());
    await take.playUntil(9);
    take.ensemble.follow({ bpm: 120, beatOrigin: 1, timeOrigin: 9 * 500_000 - 1 });
    await take.playUntil(12);
    assert.ok(take.ensemble.decks[0].plan.from(-8).notes.some(({ beat }) => beat < 0));
    for (const [name, ...values] of [['recall-bar', 0], ['recall-bar', -1], ['fill-to-bar', 0]] as const) {
      await assert.rejects(write(take, name, ...values), { errorName: 'badValue', message: `There is no bar ${values[0]}: bars are counted from 1; choose one that has been played.` });
    }
    await take.end();
  });
});

describe('a plan of sections', () => {
  it('brings a letter back as it was, a variation in outline, and leaves new letters alone', async () => {
    const plain = await takeOf(() => new NullComposer());
    await plain.playUntil(40);
    const take = await takeOf(() => new NullComposer());
    await write(take, 'plan', "A B A A' C", 1);
    await take.playUntil(5.5);
    take.ensemble.publishCounters();
    assert.equal(take.parameters.text('deck/1/section'), 'A 1/5');
    await take.playUntil(40);
    assert.deepEqual(barOf(take, 3), barOf(take, 1));
    assert.deepEqual([barOf(take, 2), barOf(take, 5)], [barOf(plain, 2), barOf(plain, 5)]);
    // The outline of one note a beat is all of it; the null composer writes its own around.
    for (const note of barOf(take, 1)) assert.ok(barOf(take, 4).some(([beat, pitch]) => beat === note[0] && pitch === note[1]));
    take.ensemble.publishCounters();
    assert.equal(take.parameters.text('deck/1/section'), '');
    await Promise.all([take.end(), plain.end()]);
  });

  it('asks for no more of a variation than its outline: the melody, and the bass where the bar begins', async () => {
    const chords = new (class extends AskedComposer {
      override async compose(untilBeat: number, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
        const span = await super.compose(untilBeat, controls, stopped);
        return { ...span, notes: span.notes.flatMap((note) => [0, 5, 12].map((below) => ({ ...note, pitch: note.pitch - below }))) };
      }
    })();
    const take = await takeOf(() => chords);
    await write(take, 'plan', "A A'", 1);
    await take.playUntil(16);
    const forced = chords.asked.flatMap(({ constraint }) => constraint.forcedNotes ?? []).filter(({ beat }) => beat >= 8 && beat < 12);
    const said = [...new Set(forced.map(({ beat, pitch }) => `${beat - 8} ${pitch}`))].sort();
    const melody = barOf(take, 1).filter(([beat, pitch]) => barOf(take, 1).every(([other, than]) => other !== beat || than <= pitch));
    assert.equal(melody.length, 4);
    assert.deepEqual(said, [...melody.map(([beat, pitch]) => `${beat} ${pitch}`), `0 ${melody[0][1] - 12}`].sort());
    await take.end();
  });

  it('goes round with a star', async () => {
    const take = await takeOf(() => new NullComposer());
    await write(take, 'plan', 'A B *', 1);
    await take.playUntil(60);
    for (const bar of [3, 5, 7, 9, 11]) assert.deepEqual(barOf(take, bar), barOf(take, 1));
    for (const bar of [4, 6, 8, 10, 12]) assert.deepEqual(barOf(take, bar), barOf(take, 2));
    await take.end();
  });

  it('brings a letter back however long ago that was, wherever the host has jumped to meanwhile', async () => {
    for (const jump of [0, 96]) {
      const take = await takeOf(() => new AskedComposer(neverAgain));
      await write(take, 'plan', "A B C D E A A'", 32);
      await take.playUntil(700);
      const { session } = take.ensemble;
      if (jump > 0) take.ensemble.follow({ ...session.timeline, beatOrigin: session.timeline.beatOrigin + jump });
      await take.playUntil(900);
      await take.end();
      const notes = take.recorder.score().notes.map((note) => (note.beat < 700 ? note : { ...note, beat: note.beat - jump }));
      const from = (beat: number, until: number): readonly string[] => notes.filter((note) => note.beat >= beat && note.beat < until).map((note) => `${note.beat - beat} ${note.pitch}`);
      const first = from(4, 132);
      assert.equal(first.length, 128);
      assert.deepEqual(from(644, 772), first, String(jump));
      const variation = from(772, 900);
      assert.deepEqual(first.filter((note) => !variation.includes(note)), []);
    }
  });

  it('brings back whole what is longer than a deck remembers', async () => {
    const take = await takeOf(() => new AskedComposer(neverAgain));
    await take.parameters.write('beats-per-bar', [9], 'test');
    await write(take, 'plan', 'A A', 64);
    await take.playUntil(9 + 2 * 576);
    await take.end();
    const { notes } = take.recorder.score();
    const pitches = (beat: number): readonly number[] => notes.filter((note) => note.beat >= beat && note.beat < beat + 576).map(({ pitch }) => pitch);
    assert.equal(pitches(9).length, 576);
    assert.deepEqual(pitches(585), pitches(9));
  });

  it('is refused where nobody could play it', async () => {
    const take = await takeOf(() => new NullComposer());
    await assert.rejects(write(take, 'plan', 'A 1'), /"1" is no section/);
    await assert.rejects(write(take, 'plan', 'A', 0), /1 to 64 bars/);
    await assert.rejects(write(take, 'plan', '*'), /nothing to go round/);
    await take.end();
  });
});

describe('loops', () => {
  const looping = (): AskedComposer => new AskedComposer((note) => ({ ...note, pitch: 60 + (note.beat % 4) }));

  it('are told off: what follows is chosen more freely', async () => {
    const composer = looping();
    const take = await takeOf(() => composer);
    await write(take, 'loop-limit', 3);
    await take.playUntil(32);
    const told = composer.asked.filter(({ sampling }) => (sampling.repetition ?? 0) < 0);
    assert.ok(told.length > 4 && told.every(({ sampling }) => sampling.temperature > 1));
    take.ensemble.publishCounters();
    assert.ok(take.parameters.number('deck/1/loops') >= 4);
    await take.end();
  });

  it('are let be where no limit is set, and where nothing goes round', async () => {
    for (const [composer, limit] of [[looping(), 0], [new AskedComposer(), 4]] as const) {
      const take = await takeOf(() => composer);
      await write(take, 'loop-limit', limit);
      await take.playUntil(24);
      // The null composer comes round every third bar: three times in eight.
      assert.ok(composer.asked.every(({ sampling }) => sampling.repetition === 0));
      await take.end();
    }
  });
});

describe('candidates', () => {
  /** The seed decides the pitch, so that it is seen who was chosen. */
  const bySeed = (): AskedComposer => new AskedComposer((note, { sampling }) => ({ ...note, pitch: 60 + (sampling.seed % 12) }));

  it('are judged by the scale that is wished for, and the best of them plays', async () => {
    const take = await takeOf(bySeed);
    await write(take, 'candidates', 8);
    // Only one of the first eight seeds gives one of these: 1 + 7919 k is 0, 11, 10, 9, 8 … in twelve.
    await write(take, 'scale', 'major');
    await write(take, 'scale-root', 'F#');
    await write(take, 'scale-strength', 2);
    await take.playUntil(40);
    take.ensemble.publishCounters();
    assert.equal(take.parameters.number('deck/1/candidates-made'), 8);
    const classes = barOf(take, 8).map(([, pitch]) => pitch % 12);
    assert.ok(classes.length === 4 && classes.every((pitchClass) => [6, 8, 10, 11, 1, 3, 5].includes(pitchClass)), classes.join());
    await take.end();
  });

  it('give the same take for the same seed', async () => {
    const play = async (): Promise<readonly Note[]> => {
      const take = await takeOf(bySeed);
      await write(take, 'candidates', 5);
      await take.playUntil(40);
      await take.end();
      return take.recorder.score().notes;
    };
    assert.deepEqual(await play(), await play());
  });

  it('are fewer where time is short, one where there is none, and never an empty sixteenth', async () => {
    for (const [millisecondsPerBeat, most] of [[5, 8], [60, 4], [300, 1]] as const) {
      const stage = stageOf(voicesOf(() => new NullComposer()), millisecondsPerBeat);
      await stage.start('asked');
      await write(stage, 'candidates', 8);
      await stage.playUntil(48);
      const { 'candidates-made': made } = stage.deck.steering.figures();
      const { missedTicks } = stage.deck.realTime;
      await stage.end();
      assert.ok(Number(made) <= most && Number(made) >= Math.min(most, millisecondsPerBeat === 5 ? 8 : 1), `${made} at ${millisecondsPerBeat} ms`);
      assert.equal(missedTicks, 0);
    }
  });
});

describe('knobs', () => {
  const values = parameterTable.filter((entry) => entry.scope === 'deck' && entry.kind === 'value' && !entry.readOnly);
  const texts: Readonly<Record<string, readonly string[]>> = { 'chord': ['', 'Cm7', '0 4 7'], 'only-channels': ['', '1 10'], 'only-programs': ['', '0 5'], 'style': [''] };
  const steered = new Set([
    'temperature', 'top-p', 'seed', 'density', 'low-pitch', 'high-pitch', 'low-velocity', 'high-velocity', 'shortest-note', 'longest-note', 'polyphony',
    'fewest-onsets', 'most-onsets', 'longest-rest', 'only-channels', 'only-programs', 'scale', 'scale-root', 'scale-strength', 'chord', 'chord-strength', 'grid',
    'loop-limit', 'candidates', 'temperature-pitch', 'temperature-time',
  ]);
  const turn = fc.constantFrom(...values.filter(({ name }) => steered.has(name))).chain((entry) => {
    if (entry.kind !== 'value') return fc.constant([entry.name, 0] as const);
    const { minimum = 0, maximum = 1 } = entry;
    const value =
      entry.type === 'choice' ? fc.constantFrom(...(entry.choices ?? []))
      : entry.type === 'text' ? fc.constantFrom(...(texts[entry.name] ?? ['']))
      : entry.type === 'integer' ? fc.integer({ min: minimum, max: maximum })
      : fc.double({ min: minimum, max: maximum, noNaN: true });
    return value.map((each) => [entry.name, each] as const);
  });

  it('are turned, and actions done, at random: no sixteenth is empty, what was committed plays as it was, no note hangs', async () => {
    const doings = fc.oneof(
      { arbitrary: turn, weight: 6 },
      { arbitrary: fc.constantFrom(['force', melody] as const, ['copy-bar', 0] as const, ['plan', "A A' B A"] as const, ['forget-forced', ''] as const), weight: 1 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), doings), { minLength: 10, maxLength: 60 }), async (set) => {
        const stage = stageOf(voicesOf(() => new NullComposer()), 20);
        await stage.start('asked');
        let next = 0;
        let due = 4;
        const wrongs: unknown[] = [];
        await stage.playUntil(64, (tick) => {
          const now = tick / 4;
          for (; next < set.length && tick >= due; next += 1) {
            const [wait, [name, value]] = set[next];
            due = tick + wait;
            const committed = stage.parameters.number('commit') + now;
            const stands = stage.deck.plan.from(now).notes.filter(({ beat }) => beat < committed - 1e-6);
            const arguments_ = name === 'forget-forced' ? [] : [value];
            void stage.parameters.write(`deck/1/${name}`, arguments_, 'test').catch((error: unknown) => wrongs.push(error));
            const after = stage.deck.plan.from(now).notes.filter(({ beat }) => beat < committed - 1e-6);
            if (JSON.stringify(after) !== JSON.stringify(stands)) wrongs.push([name, value, stands, after]);
          }
        });
        const { missedTicks } = stage.deck.realTime;
        const { underruns } = stage.deck;
        await stage.end();
        assert.deepEqual([missedTicks, underruns, stage.recorder.hanging], [0, 0, 0]);
        assert.deepEqual(wrongs.filter((each) => !(each instanceof Error && /no music/.test(each.message))), []);
      }),
      { numRuns: 12 },
    );
  });

  it('that a pack cannot keep are said in one sentence: when they are turned, and when a pack takes over', async () => {
    const take = await takeOf(() => new NullComposer(), { keeps: ['pitchRange', 'scale'] });
    const sentences: string[] = [];
    take.parameters.onEvent((event) => event.type === 'notice' && sentences.push(event.sentence));
    await write(take, 'low-pitch', 40);
    await write(take, 'scale', 'dorian');
    assert.equal(sentences.length, 0);
    await write(take, 'polyphony', 3);
    await write(take, 'chord', 'Am');
    assert.deepEqual(sentences, ['polyphony', 'chord'].map((knob) => `The pack asked cannot keep ${knob}: its music is as it would be without.`));
    await write(take, 'polyphony', 0);
    assert.equal(sentences.length, 2);
    await take.swap('other', 'bar');
    assert.ok(sentences.includes('The pack other cannot keep chord: its music is as it would be without.'), sentences.join());
    take.ensemble.publishCounters();
    assert.equal(take.parameters.text('deck/1/keeps'), 'low-pitch high-pitch scale scale-root scale-strength');
    await take.end();
  });

  it('that cannot be read are refused, and nothing changes', async () => {
    const take = await takeOf(() => new NullComposer());
    for (const [name, value, fault] of [['chord', 'Hm', /no chord/], ['only-channels', '0', /1 to 16/], ['only-programs', '1,x', /0 to 127/], ['scale', 'nice', /one of chromatic/], ['grid', '1/5', /one of off/]] as const) {
      const before = take.parameters.text(`deck/1/${name}`);
      await assert.rejects(write(take, name, value), fault);
      assert.equal(take.parameters.text(`deck/1/${name}`), before);
    }
    await take.end();
  });

  it('reach the composer as what they mean', async () => {
    const composer = new AskedComposer();
    const take = await takeOf(() => composer, { sampling: { attributeTemperature: { pitch: 0.5 } } });
    const set = {
      'temperature-pitch': 1.5, 'temperature-time': 2, 'high-velocity': 40, 'low-velocity': 80, 'longest-note': 2, 'polyphony': 3, 'most-onsets': 4,
      'longest-rest': 1.5, 'only-channels': '10 1', 'only-programs': '5', 'scale': 'minor', 'scale-root': 'C', 'scale-strength': 10, 'chord': 'G7', 'chord-strength': 2,
    };
    for (const [name, value] of Object.entries(set)) await write(take, name, value);
    await take.playUntil(6);
    const { constraint, sampling, keySemitones } = composer.asked[composer.asked.length - 1];
    assert.deepEqual(sampling.attributeTemperature, { pitch: 0.75, time: 2 });
    assert.equal(keySemitones, 3);
    const { tempo: _tempo, meter: _meter, ...said } = constraint;
    assert.deepEqual(said, {
      velocityRange: { low: 40, high: 80 },
      durationRange: { low: 0, high: 2 },
      onsetsPerBeat: { low: 0, high: 4 },
      maximumRestBeats: 1.5,
      maximumPolyphony: 3,
      channels: [0, 9],
      programs: [5],
      scale: { pitchClasses: [0, 2, 3, 5, 7, 8, 10], strict: true, bias: 10 },
      chord: { pitchClasses: [2, 5, 7, 11], strict: false, bias: 2 },
    });
    await take.end();
  });
});
