import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NullLanguageModel } from '../../../src/engine/contracts/null-language-model.js';
import { NullTokenizer } from '../../../src/engine/contracts/null-tokenizer.js';
import { TokenComposer } from '../../../src/engine/generation/token-composer.js';
import type { Note } from '../../../src/engine/music/note.js';
import { scoreOf } from '../../../src/engine/music/score.js';
import { plainControls } from '../contracts/composer-contract.js';
import { plainGeneration } from './null-token-composer.js';

/** The null model, which counts how often it runs and on how many ids at once. */
class CountingModel extends NullLanguageModel {
  runs: number[] = [];

  override extend(tokens: ArrayLike<number>): Promise<Float32Array> {
    this.runs.push(tokens.length);
    return super.extend(tokens);
  }
}

/** More than two thousand ids of past, of which the last whole bars on a coarse grid are read. */
const past = scoreOf(Array.from({ length: 800 }, (_, index): Note => {
  return { beat: index / 2, duration: 0.25, channel: 0, pitch: 40 + ((index * 7) % 40), velocity: 80 };
}));
const at = 400;
const longestRun = 64;

async function prepared(): Promise<{ composer: TokenComposer; model: CountingModel }> {
  const tokenizer = new NullTokenizer();
  const model = new CountingModel({ vocabularySize: tokenizer.vocabulary.size });
  const composer = new TokenComposer(tokenizer, model, { generation: { ...plainGeneration, promptTokens: 2200 }, sampling: {} });
  await composer.prepare();
  model.runs = [];
  return { composer, model };
}

describe('a composer with a long past to read', () => {
  it('reads it in short runs', async () => {
    const { composer, model } = await prepared();
    await composer.prime(past, at);
    const read = model.runs.reduce((sum, count) => sum + count, 0);
    assert.ok(read > 1900, `${read} ids`);
    assert.ok(Math.max(...model.runs) <= longestRun);
  });

  it('leaves off after one run when it is asked for something else', async () => {
    const { composer, model } = await prepared();
    await composer.prime(past, at, () => model.runs.length > 0);
    assert.equal(model.runs.length, 1);
  });

  it('is stopped after one run while it makes up for what it has not read', async () => {
    const { composer, model } = await prepared();
    await composer.prime(past, at, () => true);
    assert.equal(model.runs.length, 0);
    let asked = 0;
    const span = await composer.compose(at + 4, plainControls, () => (asked += 1) > 3);
    assert.equal(span.untilBeat, at);
    assert.equal(model.runs.length, 3);
  });

  it('composes the same whether it could read it at once or not', async () => {
    const { composer } = await prepared();
    await composer.prime(past, at);
    const straight = await composer.compose(at + 16, plainControls, () => false);
    for (const patience of [0, 1, 7, 30]) {
      let asked = 0;
      await composer.prime(past, at, () => (asked += 1) > patience);
      const { notes } = await composer.compose(at + 16, plainControls, () => false);
      assert.deepEqual(notes, straight.notes);
      await composer.rewind(at + 3, () => true);
      assert.deepEqual((await composer.compose(at + 16, plainControls, () => false)).notes, straight.notes.filter(({ beat }) => beat >= at + 3));
    }
  });
});
