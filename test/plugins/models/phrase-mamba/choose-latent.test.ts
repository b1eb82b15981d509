import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CounterRandom } from '../../../../src/engine/generation/sampling/counter-random.js';
import { chooseCode, chooseLatent, stepTowards, type BarWishes } from '../../../../src/plugins/models/phrase-mamba/choose-latent.js';
import { CodeBook } from '../../../../src/plugins/models/phrase-mamba/code-book.js';
import { nothingHeard } from '../../../../src/plugins/models/phrase-mamba/heard-bars.js';

const plain: BarWishes = { temperature: 1, density: 0.5, topP: 1, spread: 0.8, recallSpread: 0.2 };

/** Four codes of three numbers; onsets per beat rise with the code. */
const book = new CodeBook(Float32Array.from([0, 1, 2, 3].flatMap((code) => [code, code, code, 0.5, 1, 2, code])), 3);
const logits = Float32Array.from([0.2, 0.6, 0.1, 0.1], Math.log);

function shares(wishes: Partial<BarWishes>, times: ReadonlyMap<number, number> = nothingHeard.times, draws = 20_000): number[] {
  const random = new CounterRandom(3);
  const counts = [0, 0, 0, 0];
  for (let draw = 0; draw < draws; draw += 1) counts[chooseCode(logits, book, { ...plain, ...wishes }, random, times)] += 1;
  return counts.map((count) => count / draws);
}

function near(actual: readonly number[], expected: readonly number[], tolerance = 0.015): void {
  actual.forEach((share, code) => assert.ok(Math.abs(share - expected[code]) < tolerance, `${actual} and not ${expected}`));
}

describe('the choice of a code', () => {
  it('is made in proportion to what the net thinks', () => {
    near(shares({}), [0.2, 0.6, 0.1, 0.1]);
  });

  it('is bolder where it is hotter', () => {
    const flat = logits.map((logit) => Math.exp(logit / 2));
    const sum = flat.reduce((total, weight) => total + weight);
    near(shares({ temperature: 2 }), [...flat].map((weight) => weight / sum));
  });

  it('is the likeliest at temperature 0, and takes no chance', () => {
    const random = new CounterRandom(3);
    assert.equal(chooseCode(logits, book, { ...plain, temperature: 0 }, random, nothingHeard.times), 1);
    assert.equal(random.counter, 0);
  });

  it('may come back some times for nothing, and wears off when it comes again and again', () => {
    near(shares({}, new Map([[1, 3]])), [0.2, 0.6, 0.1, 0.1]);
    const worn = 0.6 * Math.exp(-0.75 * 4);
    near(shares({}, new Map([[1, 7]])), [0.2, worn, 0.1, 0.1].map((weight) => weight / (0.4 + worn)));
    assert.equal(chooseCode(logits, book, { ...plain, temperature: 0 }, new CounterRandom(1), new Map([[1, 9]])), 0);
  });

  it('leaves out what is unlikely, but never the likeliest', () => {
    near(shares({ topP: 0.8 }), [0.25, 0.75, 0, 0]);
    near(shares({ topP: 0.01 }), [0, 1, 0, 0]);
  });

  it('leans to busy codes where more notes are wanted, and to calm ones where fewer', () => {
    const [middle, dense, sparse] = [0.5, 0.8, 0.2].map((density) => shares({ density }).reduce((sum, share, code) => sum + share * code, 0));
    assert.ok(sparse < middle - 0.2 && dense > middle + 0.2, `${sparse} ${middle} ${dense}`);
  });
});

describe('the place of a bar', () => {
  it('is the middle of its code where nothing may spread, and at temperature 0', () => {
    for (const wishes of [{ spread: 0, topP: 0.01 }, { temperature: 0 }]) {
      assert.deepEqual([...chooseLatent(logits, book, { ...plain, ...wishes }, new CounterRandom(1), nothingHeard)], [1, 1, 1]);
    }
  });

  it('is spread around it as it was learned', () => {
    const random = new CounterRandom(5);
    const drawn = Array.from({ length: 5000 }, () => chooseLatent(logits, book, { ...plain, topP: 0.01 }, random, nothingHeard));
    for (const [index, deviation] of [0.5, 1, 2].entries()) {
      const values = drawn.map((latent) => latent[index]);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const width = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
      assert.ok(Math.abs(mean - 1) < 0.1, `mean ${mean}`);
      assert.ok(Math.abs(width / (0.8 * deviation) - 1) < 0.05, `deviation ${width}`);
    }
  });

  it('comes to another by even steps, spread as it was learned where it goes', () => {
    const place = Float32Array.of(3, 0, 3);
    let before: Float32Array = Float32Array.of(0, 3, 0);
    const steps = [2, 1].map((bars) => (before = stepTowards({ before, place, bars }, book, { ...plain, spread: 0 }, new CounterRandom(1))));
    assert.deepEqual(steps.map((latent) => [...latent]), [[1, 2, 1], [2, 1, 2]]);
    const spread = stepTowards({ before, place, bars: 1 }, book, plain, new CounterRandom(1));
    assert.ok(spread.every((value, index) => value !== (before[index] + place[index]) / 2));
  });

  it('is the same for the same random numbers, and changes nothing in the codes', () => {
    const once = chooseLatent(logits, book, plain, new CounterRandom(9), nothingHeard);
    assert.deepEqual(chooseLatent(logits, book, plain, new CounterRandom(9), nothingHeard), once);
    assert.notDeepEqual(chooseLatent(logits, book, plain, new CounterRandom(10), nothingHeard), once);
    assert.deepEqual([...book.centre(2)], [2, 2, 2]);
  });
});
