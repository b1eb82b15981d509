import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LanguageModel } from '../../../../src/engine/contracts/language-model.js';
import { ContinuoError, type ErrorName } from '../../../../src/engine/errors.js';
import { InferenceRuntime } from '../../../../src/engine/generation/onnx/inference-runtime.js';
import { loadInContainer } from '../../../../src/engine/plugins/load-in-container.js';
import { DecoderLanguageModel } from '../../../../src/plugins/models/decoder-lm/decoder-lm.js';
import { decoderLm } from '../../../../src/plugins/models/decoder-lm/descriptor.js';
import { languageModelContract } from '../../../engine/contracts/language-model-contract.js';
import { runtime, tinyContext } from './tiny-pack.js';

/** Rows of the fixture's vocabulary: start, a meter, two notes. */
const rows = [
  [1, 0, 0, 0, 0, 0, 0, 0],
  [7, 9, 137, 2201, 3372, 3386, 0, 0],
  [3, 9, 137, 2202, 2329, 2405, 2553, 169],
  [3, 10, 141, 2202, 2329, 2409, 2553, 161],
].flat();

languageModelContract('decoder-lm', () => new DecoderLanguageModel(tinyContext(), runtime), { tokens: rows });

function refused(name: ErrorName, words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ContinuoError, String(error));
    assert.equal(error.errorName, name);
    assert.match(error.message, words);
    return true;
  };
}

describe('decoder-lm', () => {
  it('is bound by its module', async () => {
    const container = await loadInContainer(decoderLm, tinyContext(), new Map([[InferenceRuntime, runtime]]));
    const model = container.get<LanguageModel>(LanguageModel);
    assert.equal(container.get<LanguageModel>(LanguageModel), model);
    assert.equal(model.vocabularySize, 3406);
  });

  it('says the same whatever its buffers have been grown to', async () => {
    const model = new DecoderLanguageModel(tinyContext(), runtime);
    await model.prepare();
    const small = Float32Array.from(await model.extend(rows));
    model.rewind(undefined);
    await model.extend(Array.from({ length: 400 }, (_, index) => rows[index % rows.length]));
    model.rewind(undefined);
    const large = await model.extend(rows);
    assert.ok(small.every((logit, id) => Math.abs(logit - large[id]) < 1e-4));
    await model.dispose();
  });

  it('keeps what it knows when its buffers grow', async () => {
    const model = new DecoderLanguageModel(tinyContext(), runtime);
    await model.prepare();
    const long = Array.from({ length: 320 }, (_, index) => rows[index % rows.length]);
    const whole = Float32Array.from(await model.extend(long));
    model.rewind(undefined);
    for (let at = 0; at < long.length; at += 40) await model.extend(long.slice(at, at + 40));
    model.rewind({ tokens: 312 });
    const split = await model.extend(long.slice(312));
    assert.ok(whole.every((logit, id) => Math.abs(logit - split[id]) < 1e-4));
    await model.dispose();
  });

  it('hears the difference that a token in the past makes', async () => {
    const model = new DecoderLanguageModel(tinyContext(), runtime);
    await model.prepare();
    const one = Float32Array.from(await model.extend(rows));
    model.rewind({ tokens: 16 });
    const other = await model.extend([...rows.slice(16, 21), 2410, ...rows.slice(22)]);
    assert.ok(one.some((logit, id) => Math.abs(logit - other[id]) > 1e-6));
    await model.dispose();
  });

  it('refuses a graph that is not what the options say, and says what is wrong', async () => {
    const cases: [Parameters<typeof tinyContext>[0], RegExp][] = [
      [{ vocabularySize: 3239 }, /output logits .* is float32 \[3406\] and should be float32 \[3239\]/],
      [{ layers: 3 }, /input past .* is float32 \[4, 1, P, 8\] and should be float32 \[6, 1, P, 8\]/],
      [{ keyValueHeads: 2 }, /input past .* is float32 \[4, 1, P, 8\] and should be float32 \[4, 2, P, 8\]/],
      [{ headDimension: 16 }, /input past/],
    ];
    for (const [options, words] of cases) {
      await assert.rejects(new DecoderLanguageModel(tinyContext(options), runtime).prepare(), refused('badPack', words));
    }
  });

  it('refuses a file that is no graph', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'continuo-graph-'));
    const file = join(folder, 'step.onnx');
    await writeFile(file, 'not a graph at all');
    const { options } = tinyContext();
    await assert.rejects(new DecoderLanguageModel({ options, files: { cpu: file } }, runtime).prepare(), refused('badPack', /cannot be loaded/));
    await assert.rejects(new DecoderLanguageModel({ options, files: { cpu: join(folder, 'gone.onnx') } }, runtime).prepare(), refused('badPack', /gone\.onnx/));
    await assert.rejects(new DecoderLanguageModel({ options, files: {} }, runtime).prepare(), refused('badPack', /role cpu/));
    await rm(folder, { recursive: true });
  });

  it('refuses tokens it does not know, and goes on', async () => {
    const model = new DecoderLanguageModel(tinyContext(), runtime);
    await assert.rejects(model.extend([1]), refused('modelFailed', /not prepared/));
    await model.prepare();
    for (const token of [-1, 3406, Number.NaN]) await assert.rejects(model.extend([1, token]), refused('modelFailed', /no token/));
    await assert.rejects(model.extend([]), refused('modelFailed', /no token/));
    assert.equal(model.mark().tokens, 0);
    assert.equal((await model.extend(rows)).length, 3406);
    await model.dispose();
    await assert.rejects(model.extend([1]), refused('modelFailed', /disposed/));
  });

  it('checks its options', () => {
    assert.ok(decoderLm.optionsSchema.safeParse(tinyContext().options).success);
    assert.ok(!decoderLm.optionsSchema.safeParse({ ...(tinyContext().options as object), layers: 0 }).success);
    assert.ok(!decoderLm.optionsSchema.safeParse({ ...(tinyContext().options as object), heads: 2 }).success);
  });
});
