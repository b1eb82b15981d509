import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AllowedTokens } from '../../../../src/engine/contracts/tokenizer.js';
import { unconstrained, type MusicConstraint } from '../../../../src/engine/music/constraint.js';
import type { Note } from '../../../../src/engine/music/note.js';
import { isNoteCharacter } from '../../../../src/plugins/tokenizers/theremin/note-character.js';
import { SentencePiece } from '../../../../src/plugins/tokenizers/theremin/sentencepiece/sentence-piece.js';
import type { ThereminTokenizer } from '../../../../src/plugins/tokenizers/theremin/theremin-tokenizer.js';
import { seededRandom, walk } from '../../../engine/contracts/tokenizer-contract.js';
import { modelOf, tokenizerOf } from './vectors.js';

/** `CONTINUO_FUZZ_SEEDS=1000` for the whole of it. */
const fuzzSeeds = Number(process.env.CONTINUO_FUZZ_SEEDS ?? 10);
const fuzzTokens = 10_000;

function randomIds(tokenizer: ThereminTokenizer, constraint: MusicConstraint, seed: number, length: number): number[] {
  const ids: number[] = [];
  walk(tokenizer.grammar, tokenizer.vocabulary.size, constraint, seed, length, (_state, id) => ids.push(id));
  return ids;
}

function played(tokenizer: ThereminTokenizer, ids: readonly number[], origin = 0): Note[] {
  const decoder = tokenizer.startDecoder(origin);
  return ids.flatMap((id) => decoder.push(id).flatMap((event) => (event.type === 'note' ? [event.note] : [])));
}

/** A random walk that takes spelled notes as often as pieces, where it may. */
function mixedIds(tokenizer: ThereminTokenizer, constraint: MusicConstraint, seed: number, length: number): number[] {
  const { grammar, vocabulary } = tokenizer;
  const random = seededRandom(seed);
  const allowed = new AllowedTokens(vocabulary.size);
  const ids: number[] = [];
  let state = grammar.initial();
  for (let count = 0; count < length; count += 1) {
    grammar.allow(state, constraint, allowed);
    // The last ids at the beginning of a note are those that begin a spelling.
    const among = random() < 0.5 ? Math.min(3, allowed.count) : allowed.count;
    const id = allowed.ids[allowed.count - 1 - Math.floor(random() * among)];
    ids.push(id);
    state = grammar.advance(state, id);
  }
  return ids;
}

function afterIds(tokenizer: ThereminTokenizer, ids: readonly number[], constraint: MusicConstraint): string[] {
  const state = ids.reduce<object>((at, id) => tokenizer.grammar.advance(at, id), tokenizer.grammar.initial());
  const allowed = new AllowedTokens(tokenizer.vocabulary.size);
  tokenizer.grammar.allow(state, constraint, allowed);
  return [...allowed.ids.subarray(0, allowed.count)].map((id) => tokenizer.vocabulary.describe(id));
}

const shipped = tokenizerOf('shipped');
const bytes = tokenizerOf('bytes');
const tokenizers = [['pieces', shipped], ['bytes', bytes], ['few pieces', tokenizerOf('small-bpe-bytes.model')]] as const;

describe('the grammar of theremin', () => {
  it('offers notes alone, whole or in bytes', () => {
    const words = afterIds(shipped, [], unconstrained);
    assert.equal(words.filter((word) => word.startsWith('<0x')).length, 3);
    assert.ok(words.every((word) => word.startsWith('step ') || /^<0xF[123]>$/.test(word)));
    const [lead] = bytes.encode({ ticksPerBeat: 4, tracks: [[{ type: 'note', tick: 0, duration: 4, channel: 0, pitch: 60, velocity: 80 }]] }).slice(1);
    assert.equal(afterIds(bytes, [lead], unconstrained).length, 64);
  });

  it('strikes no key twice at one onset, in a piece or in bytes', () => {
    const note = { type: 'note', tick: 0, duration: 4, channel: 0, pitch: 60, velocity: 80 } as const;
    for (const [, tokenizer] of tokenizers) {
      const ids = tokenizer.encode({ ticksPerBeat: 4, tracks: [[note]] }).slice(1, -1);
      const words = afterIds(tokenizer, [...ids], unconstrained);
      assert.ok(words.length >= 3 && !words.some((word) => word.startsWith('step 0 pitch 60 ')), words.slice(0, 5).join());
    }
    const spelled = [...bytes.encode({ ticksPerBeat: 4, tracks: [[note]] }).slice(1, 5)];
    const last = afterIds(bytes, [...spelled, ...spelled.slice(0, 3)], unconstrained);
    assert.equal(last.length, 63);
  });

  it('ends where the end is named', () => {
    assert.ok(!afterIds(shipped, [], unconstrained).includes('[SEP]'));
    assert.equal(afterIds(shipped, [], { eventKinds: ['end'] }).at(-1), '[SEP]');
  });

  it('refuses a byte that breaks a spelling, and anything else inside one', () => {
    const idOf = (byte: number): number => 4 + byte;
    const { grammar } = bytes;
    for (const wrong of [0x00, 0x80, 0xf0, 0xf4]) {
      assert.throws(() => grammar.advance(grammar.initial(), idOf(wrong)), { errorName: 'badTokens', message: /where a note is due/ });
    }
    const begun = grammar.advance(grammar.initial(), idOf(0xf2));
    for (const wrong of [idOf(0x7f), idOf(0xf1), 3]) {
      assert.throws(() => grammar.advance(begun, wrong), { errorName: 'badTokens', message: /where byte 2 of a note is due/ });
    }
  });

  it(`decodes ${fuzzSeeds} random streams of ${fuzzTokens} ids without one invalid id`, () => {
    for (const [index, model] of ['shipped', 'bytes'].entries()) {
      const tokenizer = tokenizers[index][1];
      const pieces = new SentencePiece(modelOf(model));
      for (let seed = 1; seed <= fuzzSeeds; seed += 1) {
        const ids = randomIds(tokenizer, unconstrained, seed, fuzzTokens);
        // The last note may be half spelled.
        const characters = [...pieces.decode(ids)].filter((character) => character !== '\ufffd');
        const lost = Array.from(pieces.decode(ids)).length - characters.length;
        assert.ok(lost <= 3, `seed ${seed}`);
        assert.ok(characters.every((character) => isNoteCharacter(character.codePointAt(0) as number)), `seed ${seed}`);
        assert.equal(played(tokenizer, ids).length, characters.length, `seed ${seed}`);
      }
    }
  });

  for (const [name, tokenizer] of tokenizers) {
    it(`lets no more notes sound than it may, ${name}`, () => {
      for (const maximumPolyphony of [1, 2, 4]) {
        for (const rest of [undefined, 1]) {
          const constraint = { maximumPolyphony, maximumRestBeats: rest };
          const notes = played(tokenizer, mixedIds(tokenizer, constraint, 5 + maximumPolyphony, 3000));
          assert.ok(notes.length > 200);
          notes.forEach((note, index) => {
            const sounding = notes.slice(Math.max(0, index - 200), index + 1).filter(({ beat, duration }) => beat + duration > note.beat + 1e-9);
            assert.ok(sounding.length <= maximumPolyphony, `note ${index}: ${sounding.length} of ${maximumPolyphony}`);
            if (rest !== undefined && index > 0) assert.ok(note.beat - notes[index - 1].beat <= rest + 1e-9);
          });
        }
      }
    });

    it(`keeps to the onsets a beat that are wished for, ${name}`, () => {
      for (const [low, high] of [[0, 1], [1, 3], [2, 2], [4, 9]] as const) {
        const notes = played(tokenizer, mixedIds(tokenizer, { onsetsPerBeat: { low, high } }, 3 + high, 3000));
        const counts = new Map<number, number>();
        for (const { beat } of notes) counts.set(Math.floor(beat + 1e-6), (counts.get(Math.floor(beat + 1e-6)) ?? 0) + 1);
        const lastBeat = Math.max(...counts.keys());
        for (let beat = 0; beat < lastBeat; beat += 1) {
          const count = counts.get(beat) ?? 0;
          assert.ok(count >= low && count <= high, `beat ${beat}: ${count} of ${low} to ${high}`);
        }
      }
    });

    it(`writes around the notes that are forced, ${name}`, () => {
      for (let seed = 1; seed <= 10; seed += 1) {
        const random = seededRandom(seed);
        const forcedNotes = Array.from({ length: 60 }, (_, index): Note => ({
          beat: Math.floor(index / 2) * 1.5 + Math.floor(random() * 5) / 4,
          duration: 0.25 + Math.floor(random() * 8) / 4,
          channel: 0,
          pitch: 60 + Math.floor(random() * 24),
          velocity: [32, 85, 117][Math.floor(random() * 3)],
        })).sort((a, b) => a.beat - b.beat);
        const constraint: MusicConstraint = {
          forcedNotes,
          pitchRange: { low: 30, high: 59 },
          ...(seed % 2 === 0 && { maximumPolyphony: 3, maximumRestBeats: 1 }),
          ...(seed % 3 === 0 && { onsetsPerBeat: { low: 1, high: 4 } }),
        };
        const notes = played(tokenizer, mixedIds(tokenizer, constraint, seed, 1500));
        const heard = new Set(notes.map((note) => [note.beat.toFixed(4), note.pitch, note.duration, note.velocity].join()));
        const last = notes[notes.length - 1].beat;
        const due = forcedNotes.filter(({ beat }) => beat < last);
        assert.ok(due.length > 10);
        for (const { beat, pitch, duration, velocity } of due) {
          assert.ok(heard.has([beat.toFixed(4), pitch, duration, velocity].join()), `seed ${seed}: beat ${beat}, pitch ${pitch}`);
        }
        // What is free keeps to the range that the forced notes are outside of.
        const free = notes.filter(({ pitch }) => pitch < 60);
        assert.ok(free.length > 50 && free.every(({ pitch }) => pitch >= 30));
        assert.ok(new Set(notes.filter(({ pitch }) => pitch >= 60)).size <= forcedNotes.length);
      }
    });
  }

  it('lets the chord go before the scale where the two leave nothing', () => {
    const scale = { pitchClasses: [0, 2, 4], strict: true, bias: 0 };
    const pitchesOf = (constraint: MusicConstraint): Set<number> =>
      new Set(played(bytes, randomIds(bytes, constraint, 2, 2000)).map(({ pitch }) => pitch % 12));
    assert.deepEqual([...pitchesOf({ scale, chord: { pitchClasses: [4, 7, 11], strict: true, bias: 0 } })], [4]);
    assert.deepEqual([...pitchesOf({ scale, chord: { pitchClasses: [7], strict: true, bias: 0 } })], [7]);
    assert.deepEqual([...pitchesOf({ scale, pitchRange: { low: 61, high: 61 } })], [1]);
  });

  it('makes a piece less likely by what its notes are less likely', () => {
    const allowed = new AllowedTokens(shipped.vocabulary.size);
    const scale = { pitchClasses: [0, 2, 4, 5, 7, 9, 11], strict: false, bias: 2 };
    shipped.grammar.allow(shipped.grammar.initial(), { scale }, allowed);
    for (let index = 0; index < allowed.count; index += 1) {
      const notes = played(shipped, [allowed.ids[index]]);
      const outside = notes.filter(({ pitch }) => !scale.pitchClasses.includes(pitch % 12)).length;
      assert.ok(Math.abs(allowed.biases[index] + 2 * outside) < 1e-6);
    }
  });

  it('keeps drums out of what is said of pitches', () => {
    const drums = tokenizerOf('bytes', { parts: 'drums' });
    const notes = played(drums, randomIds(drums, { pitchRange: { low: 60, high: 61 }, maximumPolyphony: 1 }, 1, 2000));
    assert.ok(notes.every(({ channel }) => channel === 9));
    assert.ok(new Set(notes.map(({ pitch }) => pitch)).size > 60);
  });

  it('moves on after 64 notes at one onset', () => {
    let here = 0;
    let longest = 0;
    let last = -1;
    for (const { beat } of played(bytes, mixedIds(bytes, { maximumRestBeats: 0 }, 4, 5000))) {
      here = beat === last ? here + 1 : 1;
      last = beat;
      longest = Math.max(longest, here);
    }
    const id = shipped.vocabulary.start.length + 4;
    const note = [id + 0xf1, id + 0x80, id + 0x80, id + 0x80].map((token) => token - shipped.vocabulary.start.length);
    const stuck = Array.from({ length: 64 }, () => note).flat();
    assert.ok(longest <= 64);
    assert.equal(afterIds(bytes, [...stuck, note[0]], unconstrained).length, 63);
  });
});
