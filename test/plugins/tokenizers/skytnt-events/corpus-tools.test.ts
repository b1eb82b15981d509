import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readTickScore } from '../../../../src/engine/midi-file/read-midi-file.js';
import { augmentRows, drawShifts } from '../../../../src/plugins/tokenizers/skytnt-events/augment.js';
import { findQualityFaults } from '../../../../src/plugins/tokenizers/skytnt-events/quality.js';
import { seededRandom } from '../../../engine/contracts/tokenizer-contract.js';
import { fileNames, readMidi, readVectors, rowsOf, sha256, tokenizerOf, type FileVectors } from './vectors.js';

describe('skytnt-events judges and moves pieces as the reference does', () => {
  for (const name of fileNames) {
    const score = readTickScore(readMidi(name));
    for (const vector of readVectors<FileVectors>(name).cases) {
      it(`${name} as ${vector.case}`, () => {
        const tokenizer = tokenizerOf(vector);
        const ids = tokenizer.encode(score);
        assert.deepEqual(findQualityFaults(ids, tokenizer.vocabulary), vector.check_quality[1]);
        for (const { shifts, head, sha256: expected, identical_to_input } of vector.augment) {
          const { pitch, vel, cc, bpm, track, channel } = shifts;
          const moved = augmentRows(ids, tokenizer.vocabulary, { pitch, velocity: vel, control: cc, bpm, track, channel });
          assert.deepEqual(rowsOf(moved).slice(0, head.length), head);
          assert.equal(sha256(rowsOf(moved)), expected);
          assert.equal(sha256(rowsOf(moved)) === sha256(rowsOf(ids)), identical_to_input);
        }
      });
    }
  }

  it('draws shifts within the bounds the reference trains with', () => {
    const random = seededRandom(7);
    for (let count = 0; count < 1000; count += 1) {
      const { pitch, velocity, control, bpm, track, channel } = drawShifts(random);
      assert.ok(Math.abs(pitch) <= 4 && track === 0 && channel >= 0 && channel <= 16);
      assert.ok([velocity, control, bpm].every((shift) => Math.abs(shift) <= 10));
    }
  });
});

describe('the corpus options of skytnt-events', () => {
  const vector = { version: 'v2', optimise_midi: true } as const;
  const short = readTickScore(readMidi('theremin_notes'));
  const good = readTickScore(readMidi('freedoom1_d_e3m8'));

  it('refuses a piece of poor quality by name of its faults', () => {
    const tokenizer = tokenizerOf({ ...vector, kwargs: { check_quality: true } });
    assert.throws(() => tokenizer.encode(short), { errorName: 'badMidiFile', message: /total_min/ });
    assert.deepEqual(tokenizer.encode(good), tokenizerOf({ ...vector, kwargs: {} }).encode(good));
  });

  it('moves a piece by what a seed draws, the same each time', () => {
    const plain = tokenizerOf({ ...vector, kwargs: {} }).encode(good);
    const seeded = (seed: number): string =>
      sha256(rowsOf(tokenizerOf({ ...vector, kwargs: { augment_seed: seed } }).encode(good)));
    assert.equal(seeded(1), seeded(1));
    assert.notEqual(seeded(1), sha256(rowsOf(plain)));
    assert.ok(new Set([1, 2, 3, 4, 5].map(seeded)).size > 1);
  });
});
