import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { LanguageModel } from '../../../../src/engine/contracts/language-model.js';
import { ContinuoError, type ErrorName } from '../../../../src/engine/errors.js';
import { InferenceRuntime } from '../../../../src/engine/generation/onnx/inference-runtime.js';
import { loadInContainer } from '../../../../src/engine/plugins/load-in-container.js';
import { eventLm } from '../../../../src/plugins/models/event-lm/descriptor.js';
import { EventLanguageModel } from '../../../../src/plugins/models/event-lm/event-lm.js';
import { languageModelContract } from '../../../engine/contracts/language-model-contract.js';
import { runtime, tinyContext, tinyModel } from './tiny-events.js';

const forms = ['musical', 'plain', 'published'] as const;
/** Start, a meter, four notes. */
const rows = [
  [1, 0, 0, 0, 0, 0, 0, 0],
  [7, 9, 137, 2201, 3372, 3386, 0, 0],
  [3, 9, 137, 2202, 2329, 2405, 2553, 169],
  [3, 10, 141, 2202, 2329, 2409, 2553, 161],
  [3, 9, 149, 2202, 2329, 2412, 2550, 157],
  [3, 11, 137, 2203, 2330, 2390, 2540, 153],
].flat();

for (const form of forms) languageModelContract(`event-lm, ${form}`, () => tinyModel(form), { tokens: rows.slice(0, 24) });

function refused(name: ErrorName, words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ContinuoError, String(error));
    assert.equal(error.errorName, name);
    assert.match(error.message, words);
    return true;
  };
}

function difference(one: Float32Array, other: Float32Array): number {
  return one.reduce((worst, logit, id) => Math.max(worst, Math.abs(logit - other[id])), 0);
}

for (const form of forms) {
  describe(`event-lm, ${form}`, () => {
    const model = tinyModel(form);
    const expected: Float32Array[] = [];

    before(async () => {
      await model.prepare();
      for (const id of rows) expected.push(Float32Array.from(await model.extend([id])));
    });
    after(() => model.dispose());

    it('says the same however a stream is cut, marked and taken back, in the middle of rows too', async () => {
      const step = fc.record({ forward: fc.integer({ min: 1, max: 20 }), back: fc.integer({ min: 0, max: 20 }) });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
          model.rewind(undefined);
          let length = 0;
          for (const { forward, back } of steps) {
            const end = Math.min(rows.length, length + forward);
            if (end > length) assert.ok(difference(await model.extend(rows.slice(length, end)), expected[end - 1]) < 1e-4);
            length = Math.max(0, end - back);
            model.rewind({ tokens: length });
            assert.equal(model.mark().tokens, length);
          }
        }),
        { numRuns: 30 },
      );
    });

    it('forgets a future that was replaced', async () => {
      model.rewind(undefined);
      await model.extend(rows);
      model.rewind({ tokens: 19 });
      await model.extend([2203, 2330, 2400, 2520, 170, 3, 10]);
      model.rewind({ tokens: 19 });
      assert.ok(difference(await model.extend(rows.slice(19)), expected[rows.length - 1]) < 1e-4);
    });

    it('keeps what it knows when its buffers grow', async () => {
      const long = Array.from({ length: 504 }, (_, index) => rows[index % rows.length]);
      model.rewind(undefined);
      const whole = Float32Array.from(await model.extend(long));
      model.rewind(undefined);
      for (let at = 0; at < long.length; at += 36) await model.extend(long.slice(at, at + 36));
      model.rewind({ tokens: 490 });
      assert.ok(difference(await model.extend(long.slice(490)), whole) < 1e-4);
    });
  });
}

describe('event-lm', () => {
  it('says the same in its own form and in SkyTNT’s, of the same weights', async () => {
    const [own, published] = [tinyModel('plain'), tinyModel('published')];
    await Promise.all([own.prepare(), published.prepare()]);
    for (const id of rows) assert.ok(difference(await own.extend([id]), await published.extend([id])) < 1e-4);
    await own.dispose();
    await published.dispose();
  });

  it('is bound by its module', async () => {
    const container = await loadInContainer(eventLm, tinyContext('musical'), new Map([[InferenceRuntime, runtime]]));
    const model = container.get<LanguageModel>(LanguageModel);
    assert.equal(container.get<LanguageModel>(LanguageModel), model);
    assert.equal(model.vocabularySize, 3406);
  });

  it('refuses graphs that are not what the options say, and says what is wrong', async () => {
    const cases: [Parameters<typeof tinyContext>, RegExp][] = [
      [['musical', { vocabularySize: 3239 }], /input biases .* should be float32 \[K, 3239\]/],
      [['musical', { memoryLayers: 0 }], /output delta|input past_k2 that nobody feeds/],
      [['plain', { hiddenSize: 9 }], /output hidden .* should be float32 \[1, S, 9\]/],
      [['published', { base: { layers: 3, keyValueHeads: 2, headDimension: 8 } }], /has no input past_key_values\.2\.key/],
      [['published', { interface: 'delta' }], /has no input ev; it has x/],
      [['plain', { interface: 'skytnt' }], /has no input x; it has ev/],
    ];
    for (const [[name, options], words] of cases) {
      await assert.rejects(new EventLanguageModel(tinyContext(name, options), runtime).prepare(), refused('badPack', words));
    }
  });

  it('refuses tokens it does not know, and goes on', async () => {
    const model = tinyModel('musical');
    await assert.rejects(model.extend([1]), refused('modelFailed', /not prepared/));
    await model.prepare();
    for (const token of [-1, 3406, Number.NaN]) await assert.rejects(model.extend([1, token]), refused('modelFailed', /no token/));
    await assert.rejects(model.extend([]), refused('modelFailed', /no token/));
    assert.equal(model.mark().tokens, 0);
    assert.equal((await model.extend(rows)).length, 3406);
    await model.dispose();
    await assert.rejects(model.extend([1]), refused('modelFailed', /disposed/));
  });
});
