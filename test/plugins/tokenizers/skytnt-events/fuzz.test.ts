import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ContinuoError } from '../../../../src/engine/errors.js';
import { readTickScore } from '../../../../src/engine/midi-file/read-midi-file.js';
import type { MusicConstraint } from '../../../../src/engine/music/constraint.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { readRow } from '../../../../src/plugins/tokenizers/skytnt-events/rows.js';
import { seededRandom, walk } from '../../../engine/contracts/tokenizer-contract.js';
import { tokenizerOf } from './vectors.js';
import { sensibleConstraint } from './wishes.js';

/** Random streams of 10,000 ids, and damaged MIDI files; the full size is 1000 and 10000. */
const seeds = Number(process.env.CONTINUO_FUZZ_SEEDS ?? 24);
const files = Number(process.env.CONTINUO_FUZZ_FILES ?? 300);
const streamTokens = 10_000;
const longestMilliseconds = 2000;

const tokenizers = (['v1', 'v2'] as const).flatMap((version) =>
  [true, false].map((optimise_midi) => tokenizerOf({ version, optimise_midi, kwargs: {} })),
);

/** Values of any kind where numbers are asked for. */
const strange = fc.oneof(fc.integer({ min: -300, max: 300 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constantFrom(Infinity, -Infinity, NaN));
const strangeRange = fc.record({ low: strange, high: strange });
const strangeWish = fc.record({ pitchClasses: fc.array(strange, { maxLength: 4 }), strict: fc.boolean(), bias: fc.double({ min: 0, max: 9, noNaN: true }) });
const strangeConstraint: fc.Arbitrary<MusicConstraint> = fc.record(
  {
    pitchRange: strangeRange,
    channels: fc.array(strange, { maxLength: 4 }),
    velocityRange: strangeRange,
    durationRange: strangeRange,
    maximumRestBeats: strange,
    scale: strangeWish,
    chord: strangeWish,
    programs: fc.array(strange, { maxLength: 4 }),
    maximumPolyphony: strange,
    onsetsPerBeat: strangeRange,
    forcedNotes: fc.array(fc.record({ beat: strange, duration: strange, channel: strange, pitch: strange, velocity: strange }), { maxLength: 6 }),
    tempo: strange,
    eventKinds: fc.array(fc.constantFrom('program', 'control', 'tempo', 'meter', 'key', 'end', 'none'), { maxLength: 4 }),
  },
  { requiredKeys: [] },
);

/** Files of the tests, and what happens to one of them. */
const folders = ['test/fixtures/skytnt', 'test/fixtures/torture/synth', 'test/fixtures/torture/peers'].map((name) => join(repositoryRoot, name));
const originals = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => /\.(mid|rmi|smf)$/i.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name))),
);

function damaged(seed: number): Uint8Array {
  const random = seededRandom(seed + 1);
  const upTo = (count: number): number => Math.floor(random() * count);
  let bytes = Uint8Array.from(originals[upTo(originals.length)]);
  for (let change = upTo(20); change > 0 && bytes.length > 0; change -= 1) bytes[upTo(bytes.length)] = upTo(256);
  const cut = upTo(bytes.length + 1);
  if (random() < 0.3) bytes = Uint8Array.from([...bytes.subarray(0, cut), ...bytes.subarray(cut + upTo(60))]);
  if (random() < 0.3) bytes = Uint8Array.from([...bytes.subarray(0, cut), ...bytes.subarray(Math.max(0, cut - upTo(60)))]);
  return bytes;
}

describe('skytnt-events, at random', () => {
  for (const [kind, arbitrary] of [['sensible', sensibleConstraint], ['strange', strangeConstraint]] as const) {
    it(`writes whole events alone, streamed as decoded, in ${seeds} streams of ${streamTokens} ids under ${kind} constraints`, () => {
      for (let seed = 1; seed <= seeds; seed += 1) {
        const tokenizer = tokenizers[seed % tokenizers.length];
        const { grammar, vocabulary } = tokenizer;
        const [constraint] = fc.sample(arbitrary, { numRuns: 1, seed });
        const decoder = tokenizer.startDecoder(0);
        const row: number[] = [];
        let beat = 0;
        walk(grammar, vocabulary.size, constraint, seed, streamTokens, (_state, id) => {
          row.push(id);
          const events = decoder.push(id);
          if (row.length < 8) return;
          const event = readRow(row, 0, vocabulary);
          assert.ok(event !== undefined || row[0] === vocabulary.end, `seed ${seed}: ${row.join()}`);
          assert.ok(events.length <= 1);
          beat += event?.beat ?? 0;
          if (event !== undefined) assert.equal(decoder.frontierBeat, beat + event.step / 16, `seed ${seed}`);
          row.length = 0;
        });
      }
    });
  }

  it(`tokenises ${files} damaged MIDI files, or says in a sentence why not, in under 2 s each`, () => {
    for (let seed = 0; seed < files; seed += 1) {
      const bytes = damaged(seed);
      const tokenizer = tokenizers[seed % tokenizers.length];
      const { user } = process.cpuUsage();
      try {
        const ids = tokenizer.encode(readTickScore(bytes));
        tokenizer.decode(ids);
      } catch (error) {
        assert.ok(error instanceof ContinuoError && error.errorName === 'badMidiFile', `seed ${seed}: ${String(error)}`);
        assert.match(error.message, /^[A-Z].*\.$/s);
      }
      assert.ok((process.cpuUsage().user - user) / 1000 < longestMilliseconds, `seed ${seed}`);
    }
  });
});
