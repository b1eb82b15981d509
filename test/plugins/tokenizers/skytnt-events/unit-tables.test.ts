import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AllowedTokens, type GrammarState } from '../../../../src/engine/contracts/tokenizer.js';
import { unitComplete, type UnitState, type UnitTable } from '../../../../src/engine/contracts/unit-table.js';
import type { MusicConstraint } from '../../../../src/engine/music/constraint.js';
import { SkytntGrammar } from '../../../../src/plugins/tokenizers/skytnt-events/grammar.js';
import { SkytntVocabulary, type Version } from '../../../../src/plugins/tokenizers/skytnt-events/vocabulary.js';

const constraints: readonly MusicConstraint[] = [
  {},
  { eventKinds: [], channels: [3, 0, 9], maximumRestBeats: 2 },
  { eventKinds: ['program', 'end'], channels: [9], programs: [7, 3] },
  { eventKinds: ['tempo'], tempo: 150, onsetsPerBeat: { low: 1, high: 2 }, durationRange: { low: 0.5, high: 1 } },
  { pitchRange: { low: 60, high: 64 }, scale: { pitchClasses: [0, 4], strict: true, bias: 0 }, velocityRange: { low: 70, high: 71 }, maximumRestBeats: 0.25 },
];

/** The state after an id. */
function after(table: UnitTable, { choice, next }: UnitState, id: number): UnitState | undefined {
  const index = typeof next === 'number' ? next : next[choice.ids.indexOf(id)];
  return index === unitComplete ? undefined : table.states[index];
}

function law(version: Version, constraint: MusicConstraint): void {
  const vocabulary = new SkytntVocabulary(version);
  const grammar = new SkytntGrammar(vocabulary);
  const allowed = new AllowedTokens(vocabulary.size);
  fc.assert(
    fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), (chances) => {
      let state: GrammarState = grammar.initial();
      for (let row = 0; row < 24; row += 1) {
        const table = grammar.unit(state, constraint);
        assert.ok(table);
        let now: UnitState | undefined = table.states[0];
        let length = 0;
        while (now) {
          grammar.allow(state, constraint, allowed);
          const end = allowed.count > 1 ? vocabulary.end : -1;
          const pairs = Array.from(allowed.ids.subarray(0, allowed.count), (id, index) => [id, allowed.biases[index]]).filter(([id]) => id !== end);
          assert.deepEqual(Array.from(now.choice.ids, (id, index) => [id, (now as UnitState).choice.biases[index]]), pairs);
          assert.equal(now.choice.attribute, grammar.attribute(state));
          assert.ok(pairs.every(([id], index) => index === 0 || id > pairs[index - 1][0]));
          // Times are chosen near, so that rows meet at one place.
          const chance = chances.next().value ** (now.choice.attribute === 'time' ? 4 : 1);
          const id = now.choice.ids[Math.floor(chance * now.choice.ids.length)];
          state = grammar.advance(state, id);
          now = after(table, now, id);
          length += 1;
        }
        assert.equal(length, table.maximumTokens);
      }
    }),
    { numRuns: 40 },
  );
}

describe('a row as a unit', () => {
  for (const version of ['v1', 'v2'] as const) {
    constraints.forEach((constraint, index) => {
      it(`may be what the grammar allows, id by id (${version}, constraint ${index})`, () => law(version, constraint));
    });
  }

  it('is told in few states, and again in the same objects where nothing has changed', () => {
    const grammar = new SkytntGrammar(new SkytntVocabulary('v2'));
    const constraint: MusicConstraint = { eventKinds: [], channels: [0, 1, 2], maximumRestBeats: 4 };
    const first = grammar.unit(grammar.initial(), constraint) as UnitTable;
    const again = grammar.unit(grammar.initial(), constraint) as UnitTable;
    assert.ok(first.states.length <= 12, `${first.states.length} states`);
    assert.ok(again.states.every(({ choice }, index) => choice === first.states[index].choice));
  });

  it('leads by its paths to the states it tells of', () => {
    const grammar = new SkytntGrammar(new SkytntVocabulary('v2'));
    const table = grammar.unit(grammar.initial(), {}) as UnitTable;
    for (const state of table.states) {
      const reached = state.path.reduce<UnitState>((now, id) => after(table, now, id) as UnitState, table.states[0]);
      assert.equal(reached, state);
    }
  });

  it('cannot be told inside a row, where notes are forced, and where voices are counted', () => {
    const grammar = new SkytntGrammar(new SkytntVocabulary('v2'));
    const inside = grammar.advance(grammar.initial(), 3);
    assert.equal(grammar.unit(inside, {}), undefined);
    assert.equal(grammar.unit(grammar.initial(), { maximumPolyphony: 3 }), undefined);
    const note = { beat: 2, duration: 1, channel: 0, pitch: 60, velocity: 80 };
    assert.equal(grammar.unit(grammar.initial(), { forcedNotes: [note] }), undefined);
  });
});
