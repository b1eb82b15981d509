import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ContinuoError } from '../../../../src/engine/errors.js';
import { readTickScore } from '../../../../src/engine/midi-file/read-midi-file.js';
import { unconstrained, type MusicConstraint } from '../../../../src/engine/music/constraint.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { seededRandom, walk } from '../../../engine/contracts/tokenizer-contract.js';
import { anchors, tokenizerOf } from './support.js';

/** Random streams, and damaged MIDI files; the full size is 1000 streams of 10,000 ids and 10000 files. */
const seeds = Number(process.env.CONTINUO_FUZZ_SEEDS ?? 24);
const streamTokens = process.env.CONTINUO_FUZZ_SEEDS === undefined ? 2000 : 10_000;
const files = Number(process.env.CONTINUO_FUZZ_FILES ?? 200);
const longestMilliseconds = 2000;

const tokenizers = [tokenizerOf(), tokenizerOf({ mode: 'base' }), tokenizerOf({}, anchors), tokenizerOf({ velocities: 'table' })];

/** Values of any kind where numbers are asked for. */
const strange = fc.oneof(
  fc.integer({ min: -200, max: 200 }),
  fc.double({ min: -4, max: 40, noNaN: true }),
  fc.constantFrom(0, 1, 60, Infinity, -Infinity, NaN, 1e9),
);
const range = fc.record({ low: strange, high: strange });
const wish = fc.record({ pitchClasses: fc.array(fc.integer({ min: -1, max: 12 }), { maxLength: 7 }), strict: fc.boolean(), bias: strange });
const forcedNote = fc.record({ beat: strange, duration: strange, channel: strange, pitch: strange, velocity: strange });
const anyConstraint: fc.Arbitrary<MusicConstraint> = fc.record(
  {
    pitchRange: range,
    velocityRange: range,
    durationRange: range,
    maximumRestBeats: strange,
    scale: wish,
    chord: wish,
    maximumPolyphony: strange,
    onsetsPerBeat: range,
    forcedNotes: fc.array(forcedNote, { maxLength: 8 }),
    tempo: strange,
    eventKinds: fc.constantFrom([], ['end'], ['tempo']),
  },
  { requiredKeys: [] },
);

const folders = ['beat-kmeans', 'torture/synth', 'torture/peers'].map((name) => join(repositoryRoot, 'test/fixtures', name));
const originals = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => /\.(mid|rmi|smf)$/i.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name))),
);

function damaged(seed: number): Uint8Array {
  const random = seededRandom(seed + 1);
  const bytes = Uint8Array.from(originals[Math.floor(random() * originals.length)]);
  for (let change = Math.floor(random() * 20); change > 0 && bytes.length > 0; change -= 1) {
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  }
  return random() < 0.3 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
}

/** Encodes and decodes, or fails with a sentence; the microseconds of processor time it took. */
function survive(bytes: Uint8Array, index: number): number {
  const tokenizer = tokenizers[index % tokenizers.length];
  const { user } = process.cpuUsage();
  try {
    const ids = tokenizer.encode(readTickScore(bytes));
    assert.deepEqual(tokenizer.encode(tokenizer.decode(ids)), ids);
  } catch (error) {
    if (!(error instanceof ContinuoError)) throw error;
    assert.equal(error.errorName, 'badMidiFile');
    assert.match(error.message, /^[A-Z].*\.$/s);
  }
  return process.cpuUsage().user - user;
}

describe('beat-kmeans, at random', () => {
  it(`holds no id without a place in ${seeds} free streams of ${streamTokens} ids`, () => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const tokenizer = tokenizers[seed % tokenizers.length];
      const decoder = tokenizer.startDecoder(0);
      walk(tokenizer.grammar, tokenizer.vocabulary.size, unconstrained, seed, streamTokens, (_state, id) => decoder.push(id));
      assert.equal(decoder.skippedIds, 0, `seed ${seed}`);
    }
  });

  it(`holds no id without a place in ${seeds} streams of ${streamTokens} ids under constraints of any kind`, () => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const tokenizer = tokenizers[seed % tokenizers.length];
      const decoder = tokenizer.startDecoder(0);
      const [constraint] = fc.sample(anyConstraint, { numRuns: 1, seed });
      walk(tokenizer.grammar, tokenizer.vocabulary.size, constraint, seed, streamTokens, (_state, id) => decoder.push(id));
      assert.equal(decoder.skippedIds, 0, `seed ${seed}`);
    }
  });

  it('encodes from the decoding of a random stream as from the decoding of that, again', () => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const tokenizer = tokenizers[seed % tokenizers.length];
      const ids: number[] = [];
      walk(tokenizer.grammar, tokenizer.vocabulary.size, unconstrained, seed, 1500, (_state, id) => ids.push(id));
      const once = tokenizer.encode(tokenizer.decode(ids));
      assert.deepEqual(tokenizer.encode(tokenizer.decode(once)), once);
    }
  });

  it('tells every torture file, or says in a sentence why not', () => {
    originals.forEach((bytes, index) => assert.ok(survive(bytes, index) / 1000 < 2 * longestMilliseconds, `file ${index}`));
  });

  it(`tells ${files} damaged MIDI files, or says in a sentence why not`, () => {
    for (let seed = 0; seed < files; seed += 1) assert.ok(survive(damaged(seed), seed) / 1000 < 2 * longestMilliseconds, `seed ${seed}`);
  });
});
