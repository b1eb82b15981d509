import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { encodeCharacters, packAsReference } from '../../../../src/plugins/tokenizers/theremin/encode.js';
import { isNoteCharacter, packNote, unpackNote } from '../../../../src/plugins/tokenizers/theremin/note-character.js';
import { roundHalfEven } from '../../../../src/plugins/tokenizers/theremin/note-scale.js';
import { noteVectors, notesOf, readVectorMidi, scaleOf, tokenizerOf, type NoteVector } from './vectors.js';

const fields = fc.record({
  velocity: fc.integer({ min: 1, max: 3 }),
  step: fc.integer({ min: 0, max: 63 }),
  duration: fc.integer({ min: 0, max: 31 }),
  pitch: fc.integer({ min: 0, max: 127 }),
});

describe('a note character', () => {
  it('packs every note into a code point of its own, U+40000 to U+FFFFF', () => {
    fc.assert(
      fc.property(fields, (note) => {
        const point = packNote(note);
        assert.ok(isNoteCharacter(point));
        assert.deepEqual(unpackNote(point), { ...note });
      }),
    );
    assert.equal(packNote({ velocity: 1, step: 0, duration: 0, pitch: 0 }), 0x40000);
    assert.equal(packNote({ velocity: 3, step: 63, duration: 31, pitch: 127 }), 0xfffff);
    assert.equal(packNote({ velocity: 2, step: 15, duration: 5, pitch: 74 }), 0x8f2ca);
    assert.ok(!isNoteCharacter(0x3ffff) && !isNoteCharacter(0x100000));
  });

  it('has the bits of the published layout in UTF-8', () => {
    fc.assert(
      fc.property(fields, (note) => {
        const { velocity, step, duration, pitch } = note;
        assert.deepEqual(
          [...new TextEncoder().encode(String.fromCodePoint(packNote(note)))],
          [0xf0 | velocity, 0x80 | step, 0x80 | (duration << 1) | (pitch >> 6), 0x80 | (pitch & 63)],
        );
      }),
    );
  });

  it('rounds as Python does', () => {
    assert.deepEqual([0.5, 1.5, 2.5, 2.4999, 2.5001, 0.2, -1.5].map(roundHalfEven), [0, 2, 2, 2, 3, 0, -2]);
  });
});

describe('compat: reference', () => {
  const scale = scaleOf({ compat: 'reference', parts: 'all' });
  const check = (vector: NoteVector, previous: number): void => {
    const before = { start: previous, end: previous, pitch: 0, velocity: 1 };
    const [, character] = packAsReference([before, vector], scale);
    assert.equal(character, vector.code_point);
    const { velocity, step, duration, pitch } = unpackNote(character);
    assert.deepEqual({ vel: velocity, step, dur: duration, pitch }, vector.fields);
    assert.equal(scale.velocity(velocity), vector.decoded.velocity);
    assert.ok(Math.abs(previous + step / 63 - vector.decoded.start) < 1e-12);
    // 120 beats a minute: half a second a beat.
    assert.ok(Math.abs(scale.durationBeats(duration) / 2 - (vector.decoded.end - vector.decoded.start)) < 1e-9);
  };

  it(`writes and reads ${noteVectors.synthetic.length} notes as the reference`, () => {
    for (const vector of noteVectors.synthetic) check(vector, vector.prev_start);
  });

  for (const [index, { file, first_notes, string }] of noteVectors.files.entries()) {
    it(`writes the beginning of ${file} as the reference`, () => {
      for (const vector of first_notes) check(vector, vector.prev_start);
      const characters = [...encodeCharacters(readVectorMidi(index), scale)];
      assert.equal(String.fromCodePoint(...characters.slice(0, first_notes.length)), string);
    });
  }

  it('cuts notes into the same pieces with the models of the reference', () => {
    const options = { compat: 'reference', parts: 'all' };
    for (const model of ['unigram_ref.model', 'bpe.model']) {
      const tokenizer = tokenizerOf(model, options);
      const ids = tokenizer.encode(readVectorMidi(1));
      assert.equal(notesOf(tokenizer.decode(ids)).length, notesOf(readVectorMidi(1)).length);
    }
  });

  it('moves on by 0.651 s a note where decoding is to be that of the published program', () => {
    const options = { compat: 'reference', constant_advance: true, model: 'bytes' };
    const plain = tokenizerOf('bytes', { ...options, constant_advance: false });
    const ids = plain.encode(readVectorMidi(1));
    const steps = [...encodeCharacters(readVectorMidi(1), scaleOf(options))].map((character) => unpackNote(character).step);
    const { tracks, ticksPerBeat } = tokenizerOf('bytes', options).decode(ids);
    const seconds = notesOf({ tracks, ticksPerBeat }).map((note) => note.tick / ticksPerBeat / 2);
    const expected = steps.map((step, index) => index * 0.6510416666 + step / 63).sort((a, b) => a - b);
    seconds.forEach((at, index) => assert.ok(Math.abs(at - expected[index]) < 1e-3));
    assert.throws(() => scaleOf({ constant_advance: true }), /time=seconds/);
  });
});
