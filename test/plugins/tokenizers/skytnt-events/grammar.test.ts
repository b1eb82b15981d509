import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AllowedTokens } from '../../../../src/engine/contracts/tokenizer.js';
import { unconstrained, type MusicConstraint } from '../../../../src/engine/music/constraint.js';
import { readRow } from '../../../../src/plugins/tokenizers/skytnt-events/rows.js';
import type { SkytntTokenizer } from '../../../../src/plugins/tokenizers/skytnt-events/skytnt-tokenizer.js';
import { walk } from '../../../engine/contracts/tokenizer-contract.js';
import { tokenizerOf } from './vectors.js';

const v2 = tokenizerOf({ version: 'v2', optimise_midi: true, kwargs: {} });
const v1 = tokenizerOf({ version: 'v1', optimise_midi: true, kwargs: {} });

/** Words for what may come after these rows and the beginning of the next. */
function words({ grammar, vocabulary }: SkytntTokenizer, ids: readonly number[], constraint: MusicConstraint): string[] {
  const state = ids.reduce<object>((at, id) => grammar.advance(at, id), grammar.initial());
  const allowed = new AllowedTokens(vocabulary.size);
  grammar.allow(state, constraint, allowed);
  return [...allowed.ids.subarray(0, allowed.count)].map((id) => vocabulary.describe(id));
}

function range(name: string, low: number, high: number): string[] {
  return Array.from({ length: high - low + 1 }, (_, index) => `${name} ${low + index}`);
}

/** A whole v2 note row. */
function note(time1: number, time2: number, channel = 0, pitch = 60): number[] {
  return [3, 9 + time1, 137 + time2, 2201, 2329 + channel, 2345 + pitch, 2473 + 80, 153 + 4];
}

function randomRows(tokenizer: SkytntTokenizer, constraint: MusicConstraint, seed: number, length: number): number[] {
  const ids: number[] = [];
  walk(tokenizer.grammar, tokenizer.vocabulary.size, constraint, seed, length, (_state, id) => ids.push(id));
  return ids;
}

describe('the skytnt-events grammar', () => {
  it('begins a row with any event but the end', () => {
    assert.deepEqual(words(v2, [], unconstrained), [
      'note',
      'patch_change',
      'control_change',
      'set_tempo',
      'time_signature',
      'key_signature',
    ]);
    assert.deepEqual(words(v1, [], unconstrained), ['note', 'patch_change', 'control_change', 'set_tempo']);
  });

  it('begins a row with the kinds it is given and notes', () => {
    assert.deepEqual(words(v2, [], { eventKinds: ['control', 'end'] }), ['note', 'control_change', 'end']);
    assert.deepEqual(words(v2, [], { eventKinds: [] }), ['note']);
  });

  it('asks for the parameters of the event in their order, then padding', () => {
    const row = [5, 9, 137, 2202, 2330, 2736, 2957];
    assert.deepEqual(words(v2, row.slice(0, 1), unconstrained), range('time1', 0, 127));
    assert.deepEqual(words(v2, row.slice(0, 2), unconstrained), range('time2', 0, 15));
    assert.deepEqual(words(v2, row.slice(0, 3), unconstrained), range('track', 0, 127));
    assert.deepEqual(words(v2, row.slice(0, 4), unconstrained), range('channel', 0, 15));
    assert.deepEqual(words(v2, row.slice(0, 5), unconstrained), range('controller', 0, 119));
    assert.deepEqual(words(v2, row.slice(0, 6), unconstrained), range('value', 0, 127));
    assert.deepEqual(words(v2, row, unconstrained), ['pad']);
  });

  it('never runs backwards in time', () => {
    assert.deepEqual(words(v2, [...note(2, 9), 3, 9], unconstrained), range('time2', 9, 15));
    assert.deepEqual(words(v2, [...note(2, 9), 3, 10], unconstrained), range('time2', 0, 15));
  });

  it('moves on after 128 rows at one time', () => {
    const stuck = (step: number): number[] => Array.from({ length: 128 }, () => note(0, step)).flat();
    assert.deepEqual(words(v2, [...stuck(3), 3, 9], unconstrained), range('time2', 4, 15));
    assert.deepEqual(words(v2, [...stuck(15), 3], unconstrained), range('time1', 1, 127));
    assert.deepEqual(words(v2, [...stuck(15), 3], { maximumRestBeats: 0 }), ['time1 1']);
  });

  it('lets no silence between onsets be longer than allowed, whatever comes between', () => {
    const rest = { maximumRestBeats: 1.25 };
    assert.deepEqual(words(v2, [...note(0, 2), 3], rest), range('time1', 0, 1));
    assert.deepEqual(words(v2, [...note(0, 2), 3, 10], rest), range('time2', 0, 6));
    const control = [5, 10, 137 + 6, 2201, 2329, 2736, 2957, 0];
    assert.deepEqual(words(v2, [...note(0, 2), ...control], rest), ['note']);
    assert.deepEqual(words(v2, [...note(0, 2), ...control, 3, 9], rest), ['time2 6']);
  });

  it('keeps pitches in range and scale, drums excepted', () => {
    const scale = { pitchClasses: [0, 4, 7], strict: true, bias: 0 };
    const melody = [3, 9, 137, 2201, 2329];
    const drums = [3, 9, 137, 2201, 2329 + 9];
    const pitchRange = { low: 60, high: 67 };
    assert.deepEqual(words(v2, melody, { pitchRange }), range('pitch', 60, 67));
    assert.deepEqual(words(v2, melody, { pitchRange, scale }), ['pitch 60', 'pitch 64', 'pitch 67']);
    assert.deepEqual(words(v2, drums, { pitchRange, scale }), range('pitch', 0, 127));
    assert.deepEqual(words(v2, melody, { pitchRange: { low: 61, high: 63 }, scale }), range('pitch', 61, 63));
    assert.deepEqual(words(v2, melody, { pitchRange: { low: 70, high: 60 } }), range('pitch', 0, 127));
  });

  it('makes pitches off a scale that is not strict less likely by its bias', () => {
    const { grammar, vocabulary } = v2;
    const allowed = new AllowedTokens(vocabulary.size);
    const state = [3, 9, 137, 2201, 2329].reduce<object>((at, id) => grammar.advance(at, id), grammar.initial());
    grammar.allow(state, { scale: { pitchClasses: [0], strict: false, bias: 2.5 } }, allowed);
    assert.equal(allowed.count, 128);
    assert.deepEqual([...allowed.biases.subarray(0, 13)], [0, ...new Array<number>(11).fill(-2.5), 0]);
  });

  it('takes the nearest length where a range of lengths falls between two steps', () => {
    const row = [3, 9, 137, 2201, 2329, 2405, 2553];
    assert.deepEqual(words(v2, row, { durationRange: { low: 0.25, high: 0.5 } }), range('duration', 4, 8));
    assert.deepEqual(words(v2, row, { durationRange: { low: 0.34, high: 0.36 } }), ['duration 5']);
    assert.deepEqual(words(v2, row, { durationRange: { low: 200, high: 300 } }), range('duration', 1, 2047));
  });

  it('reads a v1 note in the order of v1', () => {
    const row = [3, 7, 135, 2199];
    assert.deepEqual(words(v1, row, { durationRange: { low: 1, high: 1 } }), ['duration 16']);
    assert.deepEqual(words(v1, [...row, 151 + 16], { channels: [3] }), ['channel 3']);
  });

  it('offers the masks of the reference, too', () => {
    const { grammar, vocabulary } = v2;
    const allowed = new AllowedTokens(vocabulary.size);
    const legal = (ids: readonly number[]): number[] => {
      grammar.allowEverything(ids.reduce<object>((at, id) => grammar.advance(at, id), grammar.initial()), allowed);
      return [...allowed.ids.subarray(0, allowed.count)];
    };
    assert.deepEqual(legal([]).sort((a, b) => a - b), [2, 3, 4, 5, 6, 7, 8]);
    assert.equal(legal([...note(0, 9), 3, 9]).length, 16);
    assert.equal(legal(note(0, 0).slice(0, 6)).length, 128);
    assert.deepEqual(legal([2]), [0]);
    assert.equal(legal(note(0, 0).slice(0, 7)).length, 2048);
  });

  it('says in words what is wrong with an id', () => {
    const { grammar } = v2;
    assert.throws(() => grammar.advance(grammar.initial(), 2400), {
      errorName: 'badTokens',
      message: 'Id 2400 (pitch 55) stands in column 0 of a row, where an event is due.',
    });
    assert.throws(() => grammar.advance(grammar.advance(grammar.initial(), 4), 137), { message: /where time1 is due/ });
    assert.throws(() => grammar.advance(grammar.advance(grammar.initial(), 2), 9), { message: /where padding is due/ });
  });

  const tight: MusicConstraint = {
    pitchRange: { low: 48, high: 72 },
    channels: [0, 9],
    velocityRange: { low: 30, high: 100 },
    durationRange: { low: 0.125, high: 4 },
    maximumRestBeats: 2,
    eventKinds: ['program', 'control', 'end'],
  };
  for (const [name, tokenizer] of [['v1', v1], ['v2', v2]] as const) {
    for (const [title, constraint] of [['no constraint', unconstrained], ['a tight one', tight]] as const) {
      it(`gives nothing but whole events in 100 random streams of 2,000 ids, ${name}, under ${title}`, () => {
        for (let seed = 1; seed <= 100; seed += 1) {
          const ids = randomRows(tokenizer, constraint, seed, 2000);
          for (let at = 0; at < ids.length; at += 8) {
            const isEnd = ids[at] === tokenizer.vocabulary.end;
            assert.ok(isEnd || readRow(ids, at, tokenizer.vocabulary) !== undefined, `seed ${seed}, row ${at / 8}`);
          }
        }
      });
    }
  }

  it('encodes what a random stream decodes to as the decoding of that, again and again', () => {
    const plain = tokenizerOf({ version: 'v2', optimise_midi: false, kwargs: { cc_eps: 0, tempo_eps: 0 } });
    for (let seed = 1; seed <= 20; seed += 1) {
      const ids = randomRows(plain, { maximumRestBeats: 8 }, seed, 2000);
      const once = plain.encode(plain.decode(ids));
      assert.deepEqual(plain.encode(plain.decode(once)), once, `seed ${seed}`);
    }
  });
});
