import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AllowedTokens } from '../../../../src/engine/contracts/tokenizer.js';
import type { MusicConstraint } from '../../../../src/engine/music/constraint.js';
import { readLearnedMerges } from '../../../../src/plugins/tokenizers/remi-bpe/learned-merges.js';
import { withoutDemands, type Limits } from '../../../../src/plugins/tokenizers/remi-bpe/limits.js';
import { PhraseCursor } from '../../../../src/plugins/tokenizers/remi-bpe/phrase-cursor.js';
import { phraseUnits } from '../../../../src/plugins/tokenizers/remi-bpe/phrase-units.js';
import { baseSize, phraseSymbols } from '../../../../src/plugins/tokenizers/remi-bpe/phrase-vocabulary.js';
import { TokenGrammar } from '../../../../src/plugins/tokenizers/remi-bpe/token-grammar.js';
import { TokenTable, spellMerges } from '../../../../src/plugins/tokenizers/remi-bpe/token-table.js';
import { limitsOf, refused, wishesOf } from '../../../../src/plugins/tokenizers/remi-bpe/wishes.js';
import { seededRandom } from '../../../engine/contracts/tokenizer-contract.js';

const table = new TokenTable(phraseSymbols, spellMerges(baseSize, readLearnedMerges()));
const grammar = new TokenGrammar(table, phraseUnits, new PhraseCursor());

/** Ids all of whose symbols may come, tried one by one on a cursor of their own. */
function allowedOneByOne(cursor: PhraseCursor, constraint: MusicConstraint, limits: Limits | undefined): number[] {
  const wishes = wishesOf(constraint, table, phraseUnits, 1);
  const costs = cursor.isDrums ? wishes.drums : wishes.melodic;
  return Array.from({ length: table.size }, (_, id) => id).filter((id) => {
    if (costs[id] === refused) return false;
    const moved = cursor.clone();
    return table.spelling(id).every((symbol) => moved.step(phraseSymbols.kinds[symbol], phraseSymbols.values[symbol], limits));
  });
}

const constraints: readonly MusicConstraint[] = [
  { maximumPolyphony: 3 },
  { onsetsPerBeat: { low: 1, high: 3 } },
  { maximumRestBeats: 1 },
  { programs: [5, 32] },
  { tempo: 99 },
  { meter: { numerator: 3, denominator: 4 } },
  { meter: { numerator: 7, denominator: 4 }, maximumPolyphony: 3 },
  { maximumPolyphony: 4, onsetsPerBeat: { low: 1, high: 6 }, maximumRestBeats: 2, programs: [3, 9], tempo: 120, durationRange: { low: 0.5, high: 2 } },
];

describe('limits that depend on what has sounded', () => {
  for (const constraint of constraints) {
    it(`leave exactly the ids whose symbols keep within them: ${Object.keys(constraint).join(', ')}`, () => {
      const limits = limitsOf(constraint, phraseUnits);
      assert.ok(limits !== undefined);
      const allowed = new AllowedTokens(table.size);
      const random = seededRandom(7);
      let state: PhraseCursor = grammar.initial() as PhraseCursor;
      for (let step = 0; step < 1200; step += 1) {
        grammar.allow(state, constraint, allowed);
        const ids = allowed.ids.subarray(0, allowed.count);
        if (step % 12 === 0) {
          const found: readonly (readonly number[])[] = [limits, withoutDemands(limits), undefined].map((each: Limits | undefined) => allowedOneByOne(state, constraint, each));
          const expected: readonly number[] | undefined = found.find((each) => each.length > 0);
          assert.deepEqual([...ids].sort((a, b) => a - b), expected);
        }
        state = grammar.advance(state, ids[Math.floor(random() * ids.length)]) as PhraseCursor;
      }
    });
  }
});
