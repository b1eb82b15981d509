import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AllowedTokens, type DecodedEvent } from '../../../../src/engine/contracts/tokenizer.js';
import { unconstrained, type MusicConstraint } from '../../../../src/engine/music/constraint.js';
import { endBeat, type Note } from '../../../../src/engine/music/note.js';
import type { BeatKmeansTokenizer } from '../../../../src/plugins/tokenizers/beat-kmeans/beat-tokenizer.js';
import { walk } from '../../../engine/contracts/tokenizer-contract.js';
import { anchors, note, tokenizerOf } from './support.js';

const tokenizer = tokenizerOf();
const base = tokenizerOf({ mode: 'base' });
const beat = 4748;
const [c4, e4] = [3644, 3648];
const [whole, half, through] = [95, 71, 47];

/** The ids that may come after these. */
function after(of: BeatKmeansTokenizer, ids: readonly number[], constraint: MusicConstraint = unconstrained): number[] {
  const state = ids.reduce<object>((at, id) => of.grammar.advance(at, id), of.grammar.initial());
  const allowed = new AllowedTokens(of.vocabulary.size);
  of.grammar.allow(state, constraint, allowed);
  return [...allowed.ids.subarray(0, allowed.count)];
}

function patterns(of: BeatKmeansTokenizer, ids: readonly number[], constraint: MusicConstraint = unconstrained): string[] {
  return after(of, ids, constraint).map((id) => of.vocabulary.describe(id));
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const tempos = range(4736, 4785);

/** Notes of random legal streams, each of so many ids, and what the decoder did not understand. */
function improvise(of: BeatKmeansTokenizer, constraint: MusicConstraint, seeds: number, length = 1500): { notes: Note[][]; skipped: number } {
  let skipped = 0;
  const notes = range(1, seeds).map((seed) => {
    const decoder = of.startDecoder(0);
    const events: DecodedEvent[] = [];
    walk(of.grammar, of.vocabulary.size, constraint, seed, length, (_state, id) => events.push(...decoder.push(id)));
    skipped += decoder.skippedIds;
    return events.flatMap((event) => (event.type === 'note' ? [event.note] : []));
  });
  return { notes, skipped };
}

describe('the beat-kmeans grammar', () => {
  it('begins a beat with its tempo, then takes keys or the next beat', () => {
    assert.deepEqual(after(tokenizer, []), tempos);
    assert.deepEqual(after(tokenizer, [beat]), [...range(3584 + 21, 3584 + 108), ...tempos]);
  });

  it('tells keys upwards, those of the instrument where no range is set', () => {
    const small = tokenizerOf({ lowestPitch: 59, highestPitch: 63, mode: 'base' });
    assert.deepEqual(after(small, [beat]).slice(0, 5), range(3584 + 59, 3584 + 63));
    assert.deepEqual(after(small, [beat, c4, whole]), [...range(3584 + 61, 3584 + 63), ...tempos]);
    assert.deepEqual(after(small, [beat, 3584 + 63, whole]), tempos);
  });

  it('fills 48 frames with codes that fit, and ends a cell with a velocity where the mode has them', () => {
    const frames = (ids: readonly number[]): number[] => [...new Set(patterns(base, ids).map((text) => text.length))];
    assert.deepEqual(frames([beat, c4]), [48, 24, 12]);
    assert.deepEqual(frames([beat, c4, 3072 + 13]), [12]);
    assert.deepEqual(frames([beat, c4, 2048 + 25]), [24, 12]);
    assert.deepEqual(frames([beat, c4, 2048 + 25, 3072]), [12]);
    assert.deepEqual(after(tokenizer, [beat, c4, whole]), range(3712, 4223));
  });

  it('goes on with a sound only on keys that sound', () => {
    assert.ok(patterns(base, [beat, c4]).every((text) => !text.startsWith('-')));
    assert.ok(patterns(base, [beat, c4, whole, beat, c4]).some((text) => text.startsWith('-')));
    assert.ok(patterns(base, [beat, c4, half, beat, c4]).every((text) => !text.startsWith('-')));
    assert.ok(patterns(base, [beat, c4, whole, beat, beat, c4]).every((text) => !text.startsWith('-')));
    assert.ok(patterns(base, [beat, c4, whole, beat, e4, whole, beat, c4]).every((text) => !text.startsWith('-')));
  });

  it('never makes a cell of silence', () => {
    const silence = '............';
    assert.ok(patterns(base, [beat, c4, 2048]).includes(silence));
    assert.ok(!patterns(base, [beat, c4, 2048, 3072]).includes(silence));
    assert.ok(!patterns(base, [beat, c4, 2048]).includes(silence.repeat(2)));
    assert.ok(patterns(base, [beat, c4, 2048 + 25, 3072]).includes(silence));
  });

  it('offers no code that stands for nothing', () => {
    assert.ok(after(tokenizerOf({}, anchors), [beat, c4]).every((id) => id < 1224 || (id >= 2048 && id < 2373) || (id >= 3072 && id < 3449)));
  });

  it('lets a held key go after the longest note of the options', () => {
    const brief = tokenizerOf({ mode: 'base', longestNoteBeats: 2 });
    const held = (ids: readonly number[]): string[] => patterns(brief, ids).filter((text) => text.startsWith('-') && text.length === 48);
    assert.ok(held([beat, c4, whole, beat, c4]).includes('-'.repeat(48)));
    assert.deepEqual(held([beat, c4, whole, beat, c4, through, beat, c4]), []);
  });

  it('ends a stream only where the performer lets it', () => {
    assert.ok(!after(tokenizer, [beat]).includes(4787));
    assert.ok(after(tokenizer, [beat], { eventKinds: ['end'] }).includes(4787));
  });

  it('goes on after an end of stream with the next beat', () => {
    assert.deepEqual(after(base, [beat, c4, whole, 4787]), tempos);
    assert.ok(patterns(base, [beat, c4, whole, 4787, beat, c4]).every((text) => !text.startsWith('-')));
  });

  it('says in words what is wrong with an id', () => {
    const { grammar } = tokenizer;
    const state = [beat, c4, whole, 3712].reduce<object>((at, id) => grammar.advance(at, id), grammar.initial());
    assert.throws(() => grammar.advance(state, 3600), {
      errorName: 'badTokens',
      message: 'Id 3600 (pitch 16) stands in beat 0 where a pitch above 60 or the next beat is due.',
    });
    assert.throws(() => grammar.advance(grammar.initial(), c4), { message: /the tempo of a beat is due/ });
    assert.throws(() => grammar.advance(grammar.advance(grammar.advance(grammar.initial(), beat), c4), 3712), { message: /after 0 frames/ });
  });

  it('names what each id speaks of', () => {
    const { grammar } = tokenizer;
    let state: object = grammar.initial();
    const attributes = [beat, c4, whole, 3712].map((id) => {
      const attribute = grammar.attribute(state);
      state = grammar.advance(state, id);
      return attribute;
    });
    assert.deepEqual([...attributes, grammar.attribute(state)], ['tempo', 'event', 'duration', 'velocity', 'event']);
  });
});

describe('what a performer asks of beat-kmeans', () => {
  it('is a tempo: the bucket of it and no other', () => {
    assert.deepEqual(after(tokenizer, [], { tempo: 174 }), [4736 + 17]);
    assert.deepEqual(after(tokenizer, [beat], { tempo: 19, pitchRange: { low: 60, high: 60 } }), [c4, 4736 + 2]);
  });

  it('is a chord with a scale; where the two leave nothing it goes before the scale', () => {
    const wish = (...pitchClasses: number[]): { pitchClasses: number[]; strict: true; bias: number } => ({ pitchClasses, strict: true, bias: 0 });
    const keys = (constraint: MusicConstraint): number[] =>
      after(tokenizer, [beat], { pitchRange: { low: 60, high: 71 }, ...constraint }).filter((id) => id < 3712).map((id) => id - 3584);
    assert.deepEqual(keys({ scale: wish(0, 2, 4, 5, 7, 9, 11), chord: wish(0, 3, 7) }), [60, 67]);
    assert.deepEqual(keys({ scale: wish(0), chord: wish(3) }), [63]);
    assert.deepEqual(keys({ scale: wish(0), chord: wish() }), [60]);
    assert.deepEqual(keys({ scale: wish(), chord: wish() }), range(60, 71));
  });

  it('is a leaning: keys off scale and chord are less likely by both biases, keys that go on sounding are not', () => {
    const { grammar, vocabulary } = base;
    const allowed = new AllowedTokens(vocabulary.size);
    const state = [beat, 3584 + 61, whole, beat].reduce<object>((at, id) => grammar.advance(at, id), grammar.initial());
    const lean = (pitchClasses: number[], bias: number): { pitchClasses: number[]; strict: false; bias: number } => ({ pitchClasses, strict: false, bias });
    grammar.allow(state, { pitchRange: { low: 60, high: 63 }, scale: lean([0, 2], 2.5), chord: lean([0], 1) }, allowed);
    assert.deepEqual([...allowed.ids.subarray(0, 4)], range(3584 + 60, 3584 + 63));
    assert.deepEqual([...allowed.biases.subarray(0, 4)], [0, 0, -1, -3.5]);
  });

  it('is a length: no note is shorter or longer, across beats too', () => {
    for (const [low, high] of [[0.25, 0.5], [1.5, 3], [0.75, 0.75], [1 / 48, 1 / 48], [2, 2]]) {
      const { notes } = improvise(tokenizer, { durationRange: { low, high } }, 6);
      const lengths = notes.flat().map(({ duration }) => duration);
      assert.ok(lengths.length > 30);
      assert.ok(Math.min(...lengths) >= low - 1e-9 && Math.max(...lengths) <= high + 1e-9, `${low}..${high}`);
    }
  });

  it('is a loudness of every note, in cells of many onsets too', () => {
    const { notes } = improvise(tokenizer, { velocityRange: { low: 70, high: 75 } }, 6);
    assert.ok(notes.flat().every(({ velocity }) => velocity >= 70 && velocity <= 75));
  });

  it('is a number of voices: never more sound at once', () => {
    for (const maximumPolyphony of [1, 2, 5]) {
      const { notes } = improvise(tokenizer, { maximumPolyphony }, 6);
      for (const part of notes) {
        assert.ok(part.length > 10);
        for (const each of part) {
          const sounding = part.filter((other) => other.beat <= each.beat + 1e-9 && endBeat(other) > each.beat + 1e-9);
          assert.ok(sounding.length <= maximumPolyphony);
        }
      }
    }
  });

  it('is a number of voices and a length at once', () => {
    const { notes } = improvise(tokenizer, { maximumPolyphony: 2, durationRange: { low: 1.25, high: 2 } }, 6);
    for (const part of notes) {
      for (const each of part) {
        assert.ok(each.duration >= 1.25 && each.duration <= 2);
        assert.ok(part.filter((other) => other.beat <= each.beat + 1e-9 && endBeat(other) > each.beat + 1e-9).length <= 2);
      }
    }
  });

  it('is a number of onsets in each beat, no fewer and no more', () => {
    for (const [low, high] of [[1, 1], [2, 4], [6, 6], [0, 2]]) {
      const { notes } = improvise(tokenizer, { onsetsPerBeat: { low, high } }, 4);
      for (const part of notes) {
        const counts = new Map<number, number>();
        for (const each of part) counts.set(Math.floor(each.beat + 1e-9), (counts.get(Math.floor(each.beat + 1e-9)) ?? 0) + 1);
        const last = Math.max(...counts.keys());
        for (let each = 0; each < last; each += 1) {
          const count = counts.get(each) ?? 0;
          assert.ok(count >= low && count <= high, `${count} in ${low}..${high}`);
        }
      }
    }
  });

  it('is a longest rest, a beat or longer', () => {
    for (const [maximumRestBeats, rest] of [[0.5, {}], [1, {}], [1.25, { durationRange: { low: 0.5, high: 1 }, maximumPolyphony: 3 }], [3, {}]] as const) {
      const { notes } = improvise(tokenizer, { maximumRestBeats, ...rest }, 6);
      for (const part of notes) {
        part.slice(1).forEach((each, index) => assert.ok(each.beat - part[index].beat <= Math.max(1, maximumRestBeats) + 1e-9));
      }
    }
  });

  it('is a melody to write around: every note of it is there as it stands', () => {
    const melody = [note(0, 30, 72, 90), note(30, 48, 74, 85), note(60, 200, 76, 100), note(200, 212, 72, 64), note(212, 250, 72, 64)];
    const constraint = { forcedNotes: melody, maximumPolyphony: 3, onsetsPerBeat: { low: 1, high: 4 } };
    for (const part of improvise(tokenizer, constraint, 10, 400).notes) {
      const heard = part.map(({ beat: at, duration, pitch, velocity }) => [at, duration, pitch, velocity].join());
      for (const { beat: at, duration, pitch, velocity } of melody) {
        assert.ok(heard.includes([at, duration, pitch, velocity].join()), `${at} ${pitch} not in ${heard.join(' ')}`);
      }
    }
  });

  it('asks nothing for forced notes that are past', () => {
    const ids = [beat, 3584 + 70, whole, beat];
    assert.deepEqual(after(base, ids, { forcedNotes: [note(0, 96, 60)] }), after(base, ids));
    assert.deepEqual(after(base, [beat, e4, whole], { forcedNotes: [note(0, 96, 60)] }), after(base, [beat, e4, whole]));
  });

  it('can be all of it at once, and more than there is', () => {
    const everything: MusicConstraint = {
      pitchRange: { low: 48, high: 84 },
      velocityRange: { low: 30, high: 100 },
      durationRange: { low: 0.125, high: 4 },
      maximumRestBeats: 2,
      scale: { pitchClasses: [0, 2, 4, 5, 7, 9, 11], strict: true, bias: 0 },
      chord: { pitchClasses: [0, 4, 7], strict: false, bias: 2 },
      maximumPolyphony: 4,
      onsetsPerBeat: { low: 1, high: 5 },
      forcedNotes: [note(96, 144, 61), note(480, 700, 90)],
      tempo: 100,
      eventKinds: ['end'],
    };
    const nothing: MusicConstraint = {
      pitchRange: { low: 61, high: 61 },
      scale: { pitchClasses: [0], strict: true, bias: NaN },
      durationRange: { low: 0.001, high: 0.001 },
      maximumPolyphony: -3,
      onsetsPerBeat: { low: 50, high: 60 },
      maximumRestBeats: 0,
      forcedNotes: [{ ...note(0, 48, 300), velocity: 0 }, { ...note(0, 1), beat: NaN }, { ...note(5, 5), duration: -1 }],
      tempo: NaN,
    };
    for (const constraint of [everything, nothing]) {
      const { notes, skipped } = improvise(tokenizer, constraint, 4);
      assert.equal(skipped, 0);
      assert.ok(notes.flat().length > 20);
    }
  });
});
