import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ComposedSpan } from '../../../../src/engine/contracts/composer.js';
import { numberList } from '../../../../src/engine/deck/controls/number-list.js';
import { fulfil } from '../../../../src/engine/deck/steering/fulfil.js';
import { judgeBar, placesOf, type BarWishes } from '../../../../src/engine/deck/steering/judge-bar.js';
import { barSignature } from '../../../../src/engine/deck/steering/loop-watch.js';
import { OntoGrid } from '../../../../src/engine/deck/steering/onto-grid.js';
import { outlineOf, type ForcedMusic } from '../../../../src/engine/deck/steering/passage.js';
import { planFromText, SectionPlan } from '../../../../src/engine/deck/steering/section-plan.js';
import { SpareTime } from '../../../../src/engine/deck/steering/spare-time.js';
import { endBeat, type Note } from '../../../../src/engine/music/note.js';

const note = (beat: number, pitch: number, duration = 0.5, channel = 0, velocity = 80): Note => ({ beat, duration, channel, pitch, velocity });
const span = (fromBeat: number, untilBeat: number, notes: readonly Note[]): ComposedSpan => ({ fromBeat, untilBeat, notes, programs: [], controls: [], tokens: 0, micros: 0 });
const someNotes = fc.array(
  fc.record({ beat: fc.integer({ min: 0, max: 16 * 48 - 1 }).map((frame) => frame / 48), pitch: fc.integer({ min: 40, max: 52 }), length: fc.integer({ min: 1, max: 96 }) })
    .map(({ beat, pitch, length }) => note(beat, pitch, length / 48)),
  { maxLength: 60 },
);
const cut = (notes: readonly Note[], at: readonly number[]): readonly ComposedSpan[] =>
  [0, ...at].map((from, index) => span(from, at[index] ?? 16, notes.filter(({ beat }) => beat >= from && beat < (at[index] ?? 16))));

describe('a grid', () => {
  const grids = fc.constantFrom(2, 1, 2 / 3, 0.5, 1 / 3, 0.25, 1 / 6);

  it('takes every note to a line no further than half a step away, in whatever spans it comes', () => {
    fc.assert(fc.property(someNotes, grids, fc.uniqueArray(fc.integer({ min: 1, max: 15 }), { maxLength: 6 }), (notes, grid, bars) => {
      const at = bars.sort((a, b) => a - b);
      const snapper = new OntoGrid();
      const snapped = cut(notes, at).map((each) => snapper.snap(each, grid));
      for (const each of snapped) assert.ok(each.notes.every(({ beat }) => beat >= each.fromBeat && beat < each.untilBeat));
      const all = snapped.flatMap((each) => each.notes);
      assert.ok(all.every(({ beat }) => Math.abs(beat / grid - Math.round(beat / grid)) < 1e-6));
      for (const { beat, pitch } of notes) {
        const reach = grid / 2 + (at.some((line) => Math.abs(line / grid - Math.round(line / grid)) > 1e-6) ? grid : 0) + 1e-6;
        assert.ok(all.some((other) => other.pitch === pitch && Math.abs(other.beat - beat) <= reach) || beat > 16 - grid, `${pitch} at ${beat}`);
      }
    }));
  });

  it('comes to the same however the music is cut at its lines', () => {
    fc.assert(fc.property(someNotes, fc.uniqueArray(fc.integer({ min: 1, max: 15 }), { maxLength: 6 }), (notes, beats) => {
      const whole = new OntoGrid().snap(span(0, 16, notes), 0.25).notes;
      const snapper = new OntoGrid();
      assert.deepEqual(cut(notes, beats.sort((a, b) => a - b)).flatMap((each) => snapper.snap(each, 0.25).notes), whole);
    }));
  });

  it('keeps the louder of two notes that become the same, of two as loud the longer, whichever comes first', () => {
    const [long, short, loud] = [note(12.9, 44, 0.5), note(13, 44, 0.25), note(13.1, 44, 0.1, 0, 90)];
    for (const [notes, kept] of [[[long, short], long], [[short, long], long], [[short, loud, long], loud]] as const) {
      assert.deepEqual(new OntoGrid().snap(span(12, 16, notes), 0.25).notes, [{ ...kept, beat: 13 }]);
    }
  });

  it('loses no note that stood over the place from which is composed again', () => {
    const snapper = new OntoGrid();
    snapper.snap(span(0, 5, [note(4.95, 60)]), 1);
    assert.deepEqual(snapper.snap(span(5, 8, [note(6, 62)]), 1).notes.map(({ beat }) => beat), [5, 6]);
    assert.deepEqual(snapper.snap(span(4.97, 8, [note(7, 64)]), 1).notes.map(({ beat }) => beat), [5, 7]);
    assert.deepEqual(snapper.snap(span(4.5, 8, [note(7, 64)]), 1).notes.map(({ beat }) => beat), [7]);
  });
});

describe('forced notes in a span', () => {
  const forcedOf = (notes: readonly Note[], only = false): ForcedMusic => ({ fromBeat: 4, untilBeat: 8, notes, only });
  const forced = fc.array(fc.record({ beat: fc.integer({ min: 16, max: 31 }).map((tick) => tick / 4), pitch: fc.integer({ min: 40, max: 52 }) }).map(({ beat, pitch }) => note(beat, pitch, 0.25, 0, 99)), { maxLength: 12 });

  it('are there once and as they are, whatever was composed and wherever it is cut', () => {
    fc.assert(fc.property(someNotes, forced, fc.boolean(), fc.integer({ min: 1, max: 15 }), (notes, given, only, at) => {
      const all = cut(notes, [at]).flatMap((each) => fulfil(each, [forcedOf(given, only)]).notes);
      for (const each of given) {
        assert.equal(all.filter((other) => other.beat === each.beat && other.pitch === each.pitch && other.velocity === 99).length, 1);
        assert.ok(all.every((other) => other.velocity === 99 || other.pitch !== each.pitch || other.beat >= endBeat(each) || endBeat(other) <= each.beat + 1e-9), 'something else sounds there');
      }
      if (only && given.length > 0) assert.ok(all.every(({ beat, velocity }) => velocity === 99 || beat < 4 || beat >= 8));
    }));
  });

  it('leave what is elsewhere alone', () => {
    const notes = [note(1, 60), note(4, 61), note(9, 62)];
    assert.deepEqual(fulfil(span(0, 16, notes), []).notes, notes);
    assert.deepEqual(fulfil(span(0, 16, notes), [forcedOf([], true)]).notes, [notes[0], notes[2]]);
  });
});

describe('an outline', () => {
  it('is the highest note of each beat, and the lowest too where a bar begins; no drums', () => {
    const bar = [note(8, 40), note(8, 60), note(8, 72), note(8.5, 80), note(9, 50), note(9, 55), note(10.01, 61), note(11, 36, 0.5, 9)];
    assert.deepEqual(outlineOf(bar, 8, 4).map(({ beat, pitch }) => [beat, pitch]), [[8, 40], [8, 72], [9, 55], [10.01, 61]]);
  });
});

describe('a bar is judged', () => {
  const wishes: BarWishes = {
    fromBeat: 4, beats: 4, usualDensity: 1, before: [],
    controls: { density: 0.5, constraint: {}, sampling: { temperature: 1, topP: 1, topK: 0, minP: 0, attributeTemperature: {}, seed: 1 } },
  };
  const line = (...pitches: number[]): Note[] => pitches.map((pitch, index) => note(4 + index, pitch));

  it('by what of it lies in the scale, and in the chord', () => {
    const scale = { pitchClasses: [0, 2, 4, 5, 7, 9, 11], strict: false, bias: 1 };
    const inScale = { ...wishes, controls: { ...wishes.controls, constraint: { scale } } };
    const inChord = { ...wishes, controls: { ...wishes.controls, constraint: { scale, chord: { ...scale, pitchClasses: [0, 4, 7] } } } };
    assert.equal(judgeBar(line(60, 62, 64, 65), inScale), 0);
    assert.ok(judgeBar(line(60, 62, 64, 66), inScale) > judgeBar(line(61, 63, 64, 66), inScale));
    assert.ok(judgeBar(line(60, 64, 67, 72), inChord) > judgeBar(line(60, 62, 64, 65), inChord));
  });

  it('by how many notes it has against what is usual and wished for', () => {
    const dense = { ...wishes, controls: { ...wishes.controls, density: 1 } };
    assert.ok(judgeBar(line(60, 62, 64, 65), wishes) > judgeBar(line(60), wishes));
    assert.ok(judgeBar([...line(60, 62, 64, 65), ...line(70, 72, 74, 75)], dense) > judgeBar(line(60, 62, 64, 65), dense));
  });

  it('by how much it is like the bars before: neither the same nor altogether new, more of it where repetition is wished', () => {
    const known = line(60, 62, 64, 65);
    const after = { ...wishes, before: [placesOf(known, 4)] };
    const again = { ...after, controls: { ...after.controls, sampling: { ...after.controls.sampling, repetition: 10 } } };
    const half = line(60, 62, 67, 69);
    const other = line(71, 73, 75, 66);
    assert.ok(judgeBar(half, after) > judgeBar(known, after) && judgeBar(half, after) > judgeBar(other, after));
    assert.ok(judgeBar(known, again) > judgeBar(half, again));
  });

  it('worst where it is silent', () => {
    assert.ok(judgeBar([], wishes) < judgeBar(line(61), wishes));
  });
});

describe('the signature of a bar', () => {
  it('knows what begins when, not how loud or how long, nor in which bar', () => {
    assert.equal(barSignature([note(4, 60), note(5, 62)], 4), barSignature([note(9, 62, 2, 0, 9), note(8.01, 60, 1)], 8));
    assert.notEqual(barSignature([note(4, 60)], 4), barSignature([note(4.25, 60)], 4));
    assert.notEqual(barSignature([note(4, 60)], 4), barSignature([note(4, 60, 0.5, 1)], 4));
    assert.equal(barSignature([], 4), '');
  });
});

describe('a plan of sections', () => {
  const written = (text: string): SectionPlan => {
    const plan = planFromText(text);
    assert.ok('sections' in plan);
    return new SectionPlan(plan.sections, plan.goesRound, 8, 16);
  };
  const sourcesOf = (plan: SectionPlan, until: number) =>
    plan.between(0, until).map(({ fromBeat, music, manner }) => [fromBeat, 'sourceBeat' in music && music.sourceBeat, manner]);

  it('recalls the last time a letter was played as it is', () => {
    assert.deepEqual(sourcesOf(written("A A' B A B'"), 200), [[24, 8, 'outline'], [56, 8, 'whole'], [72, 40, 'outline']]);
    assert.deepEqual(sourcesOf(written("A' A"), 200), [[24, 8, 'whole']]);
    assert.deepEqual(sourcesOf(written('A B *'), 72), [[40, 8, 'whole'], [56, 24, 'whole']]);
  });

  it('tells where it is, and when it is over', () => {
    const plan = written("Verse Chorus' ");
    assert.deepEqual([0, 8, 23.9, 24, 40].map((beat) => plan.describe(beat)), ['', 'Verse 1/2', 'Verse 1/2', "Chorus' 2/2", '']);
    assert.deepEqual([39, 40].map((beat) => plan.isOverAt(beat)), [false, true]);
    assert.equal(written('A *').isOverAt(1e6), false);
  });

  it('moves with the music', () => {
    assert.deepEqual(sourcesOf(written('A A').moved(100), 400), [[124, 108, 'whole']]);
  });
});

describe('spare time', () => {
  it('is spent by half, the bar that is kept counted twice', () => {
    const spare = new SpareTime();
    assert.equal(spare.countFor(4, 1e9, 8), 1);
    spare.add(4, 400_000);
    assert.deepEqual([1e9, 4_000_000, 2_400_000, 800_000, 0, -5].map((left) => spare.countFor(4, left, 8)), [8, 4, 2, 1, 1, 1]);
  });

  it('is none while the deck is pressed, however far ahead it is', () => {
    let pressed = true;
    const spare = new SpareTime(() => pressed);
    spare.add(4, 400_000);
    assert.equal(spare.countFor(4, 1e9, 8), 1);
    pressed = false;
    assert.equal(spare.countFor(4, 1e9, 8), 8);
  });
});

describe('a list of numbers', () => {
  it('is in order and without doubles, or none where something else is in it', () => {
    assert.deepEqual(numberList('10, 1 10', 1, 16), [1, 10]);
    assert.deepEqual(numberList('', 1, 16), []);
    for (const text of ['0', '17', '1.5', 'x', '-1']) assert.equal(numberList(text, 1, 16), undefined, text);
  });
});
