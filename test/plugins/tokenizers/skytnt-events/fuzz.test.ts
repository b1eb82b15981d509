import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { MusicConstraint } from '../../../../src/engine/music/constraint.js';
import { readRow } from '../../../../src/plugins/tokenizers/skytnt-events/rows.js';
import { walk } from '../../../engine/contracts/tokenizer-contract.js';
import { tokenizerOf } from './vectors.js';
import { sensibleConstraint } from './wishes.js';

/** `CONTINUO_FUZZ_SEEDS=1000` for the whole of it. */
const seeds = Number(process.env.CONTINUO_FUZZ_SEEDS ?? 24);
const streamTokens = 10_000;

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
});
