import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CounterRandom } from '../../../../src/engine/generation/sampling/counter-random.js';
import { chooseLatent } from '../../../../src/plugins/models/phrase-mamba/choose-latent.js';
import { CodeBook } from '../../../../src/plugins/models/phrase-mamba/code-book.js';
import { HeardBars, nothingHeard } from '../../../../src/plugins/models/phrase-mamba/heard-bars.js';

/** Four codes at 0, 10, 20 and 30 of a space of two numbers. */
const book = new CodeBook(Float32Array.from([0, 1, 2, 3].flatMap((code) => [10 * code, 10 * code, 1, 1, code])), 2);
const place = (value: number): Float32Array => Float32Array.of(value, value);

describe('bars that were heard', () => {
  it('come back by the code they are nearest to, the latest first', () => {
    const heard = new HeardBars(book, 8);
    heard.add(0, place(9));
    heard.add(1, place(21));
    heard.add(2, place(12));
    assert.deepEqual(heard.upTo(3).latest.get(1), place(12));
    assert.deepEqual(heard.upTo(2).latest.get(1), place(9));
    assert.deepEqual(heard.upTo(3).latest.get(2), place(21));
    assert.equal(heard.upTo(3).latest.get(3), undefined);
    assert.deepEqual([...heard.upTo(3).times], [[1, 2], [2, 1]]);
  });

  it('are forgotten beyond the reach, and never kept where nothing may come back', () => {
    const heard = new HeardBars(book, 4);
    heard.add(0, place(0));
    for (let index = 1; index < 5; index += 1) heard.add(index, place(30));
    assert.deepEqual(heard.upTo(4).latest.get(0), place(0));
    assert.equal(heard.upTo(5).latest.get(0), undefined);
    const none = new HeardBars(book, 0);
    none.add(0, place(0));
    assert.equal(none.upTo(1).latest.get(0), undefined);
  });

  it('give way to what is played after a rewind', () => {
    const heard = new HeardBars(book, 8);
    for (const [index, value] of [0, 10, 20].entries()) heard.add(index, place(value));
    heard.add(1, place(30));
    assert.equal(heard.upTo(8).latest.get(2), undefined);
    assert.equal(heard.upTo(8).latest.get(1), undefined);
    assert.deepEqual(heard.upTo(8).latest.get(3), place(30));
  });

  it('are found after a rewind over more bars than the reach', () => {
    const heard = new HeardBars(book, 2);
    for (let index = 0; index < 2000; index += 1) heard.add(index, place(index % 2 === 0 ? 0 : 30));
    assert.deepEqual(heard.upTo(1800).latest.get(0), place(0));
  });

  it('are where the next bar begins, as near as the pack says', () => {
    const wishes = { temperature: 1, density: 0.5, topP: 1, spread: 1, recallSpread: 0 };
    const logits = Float32Array.of(-50, -50, 0, -50);
    const heard = new HeardBars(book, 8);
    heard.add(0, place(23));
    const chosen = chooseLatent(logits, book, wishes, new CounterRandom(1), heard.upTo(1));
    assert.deepEqual(chosen, place(23));
    const elsewhere = chooseLatent(logits, book, wishes, new CounterRandom(1), nothingHeard);
    assert.ok(Math.abs(elsewhere[0] - 20) < 5 && elsewhere[0] !== 20);
  });
});
