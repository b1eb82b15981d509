import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AllowedTokens } from '../../../../src/engine/contracts/tokenizer.js';
import type { MusicConstraint } from '../../../../src/engine/music/constraint.js';
import type { Meter } from '../../../../src/engine/time/meter.js';
import { barsOfMeter } from '../../../../src/plugins/tokenizers/remi-bpe/plan-bars.js';
import { meters } from '../../../../src/plugins/tokenizers/remi-bpe/phrase-vocabulary.js';
import { RemiTokenizer } from '../../../../src/plugins/tokenizers/remi-bpe/remi-tokenizer.js';
import { seededRandom } from '../../../engine/contracts/tokenizer-contract.js';

const barId = 4;
const trackEndId = 6;

/** Bars of a random stream as `meter@beat`, the meter in force where none is said; it leaves bars soon. */
function barsOf(tokenizer: RemiTokenizer, constraint: (bar: number) => MusicConstraint, count: number): string[] {
  const { grammar, vocabulary } = tokenizer;
  const allowed = new AllowedTokens(vocabulary.size);
  const decoder = tokenizer.startDecoder(0);
  const random = seededRandom(3);
  const bars: string[] = [];
  let state = grammar.initial();
  let meter = '4/4';
  for (let open = 0; bars.length < count; ) {
    grammar.allow(state, constraint(open), allowed);
    const leaving = [barId, trackEndId].find((id) => allowed.has(id));
    const id = leaving !== undefined && random() < 0.5 ? leaving : allowed.ids[Math.floor(random() * allowed.count)];
    const starts = open > 0 && vocabulary.describe(id).startsWith('bar');
    const line = decoder.frontierBeat;
    if (starts) bars.push(`${meter}@${line}`);
    if (vocabulary.describe(id).startsWith('bar')) open += 1;
    for (const event of decoder.push(id)) if (event.type === 'meter') meter = `${event.mark.numerator}/${event.mark.denominator}`;
    state = grammar.advance(state, id);
  }
  return bars;
}

const wish = (numerator: number, denominator: number) => ({ meter: { numerator, denominator } });

describe('a wished meter', () => {
  for (const encoding of ['base', 'bpe'] as const) {
    const tokenizer = new RemiTokenizer({ encoding });

    it(`is kept in every bar, ${encoding}`, () => {
      assert.deepEqual(barsOf(tokenizer, () => wish(3, 4), 4), ['3/4@0', '3/4@3', '3/4@6', '3/4@9']);
      assert.deepEqual(barsOf(tokenizer, () => wish(4, 4), 3), ['4/4@0', '4/4@4', '4/4@8']);
      assert.deepEqual(barsOf(tokenizer, () => wish(7, 8), 3), ['7/8@0', '7/8@3.5', '7/8@7']);
    });

    it(`is said at the next bar line when it changes, ${encoding}`, () => {
      assert.deepEqual(barsOf(tokenizer, (bar) => (bar < 3 ? wish(4, 4) : wish(3, 4)), 5), ['4/4@0', '4/4@4', '3/4@8', '3/4@11', '3/4@14']);
    });

    it(`that the format lacks is made up of others, ${encoding}`, () => {
      assert.deepEqual(barsOf(tokenizer, () => wish(5, 4), 5), ['3/4@0', '2/4@3', '3/4@5', '2/4@8', '3/4@10']);
      assert.deepEqual(barsOf(tokenizer, () => wish(6, 4), 3), ['3/4@0', '3/4@3', '3/4@6']);
    });

    it(`is no wish where meters may not be said, ${encoding}`, () => {
      assert.deepEqual(barsOf(tokenizer, () => ({ ...wish(3, 4), eventKinds: ['tempo'] }), 3), ['4/4@0', '4/4@4', '4/4@8']);
    });
  }

  it('of any number of quarters has its lines among those of the bars that make it up', () => {
    for (let numerator = 1; numerator <= 16; numerator += 1) {
      const bars = barsOfMeter({ numerator, denominator: 4 });
      assert.ok(bars, `${numerator}/4`);
      assert.equal(bars.length % (numerator * 4), 0);
      const ends = [...bars.starts.slice(1), bars.length];
      bars.meters.forEach((index, part) => {
        const { numerator: beats, denominator }: Meter = meters[index];
        assert.equal(ends[part] - bars.starts[part], (16 * beats) / denominator);
      });
    }
  });

  it('that is none is no wish', () => {
    for (const meter of [wish(0, 4), wish(-3, 4), wish(4, 3), wish(NaN, 4), wish(4, 0), wish(Infinity, 4), wish(2.5, 4)]) {
      assert.equal(barsOfMeter(meter.meter), undefined);
    }
  });
});
