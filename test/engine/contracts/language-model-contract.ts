import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { LanguageModel } from '../../../src/engine/contracts/language-model.js';
import { ContinuoError } from '../../../src/engine/errors.js';

export interface LanguageModelContractOptions {
  /** Largest difference between logits that should be equal. Default 1e-3. */
  readonly tolerance?: number;
  /** Ids fed in the tests, at least 12; default 0, 1, 2 … */
  readonly tokens?: readonly number[];
}

/** What every language model must do. `make` gives a new one, not prepared. */
export function languageModelContract(
  name: string,
  make: () => LanguageModel | Promise<LanguageModel>,
  { tolerance = 1e-3, tokens = Array.from({ length: 16 }, (_, index) => index) }: LanguageModelContractOptions = {},
): void {
  describe(`${name}, as a language model`, () => {
    let model: LanguageModel;

    before(async () => {
      model = await make();
      await model.prepare();
    });

    after(() => model.dispose());

    async function afresh(ids: readonly number[]): Promise<Float32Array> {
      model.rewind(undefined);
      return Float32Array.from(await model.extend(ids));
    }

    it('gives a finite logit for every id of its vocabulary', async () => {
      const logits = await afresh(tokens);
      assert.equal(logits.length, model.vocabularySize);
      assert.ok(logits.every(Number.isFinite));
    });

    it('starts with an empty context', async () => {
      model.rewind(undefined);
      assert.equal(model.mark().tokens, 0);
      await model.extend(tokens);
      assert.equal(model.mark().tokens, tokens.length);
    });

    it('takes tokens one at a time, a few at a time or all at once alike', async () => {
      const whole = await afresh(tokens);
      model.rewind(undefined);
      for (const token of tokens) await model.extend([token]);
      const last = tokens.at(-1) as number;
      const split = await afresh(tokens.slice(0, 5)).then(() => model.extend(Int32Array.from(tokens.slice(5, -1))));
      assert.equal(split.length, model.vocabularySize);
      close(await model.extend([last]), whole, tolerance);
      model.rewind(undefined);
      for (const token of tokens.slice(0, -1)) await model.extend([token]);
      close(await model.extend([last]), whole, tolerance);
    });

    it('forgets exactly what came after a mark', async () => {
      await afresh(tokens.slice(0, 6));
      const mark = model.mark();
      const once = Float32Array.from(await model.extend(tokens.slice(6, 8)));
      await model.extend(tokens.slice(0, 4));
      model.rewind(mark);
      assert.equal(model.mark().tokens, 6);
      close(await model.extend(tokens.slice(6, 8)), once, tolerance);
    });

    it('can go back to an earlier mark after it went back to a later one', async () => {
      await afresh(tokens.slice(0, 3));
      const early = model.mark();
      const once = Float32Array.from(await model.extend(tokens.slice(3, 6)));
      const late = model.mark();
      await model.extend(tokens.slice(6, 9));
      model.rewind(late);
      model.rewind(early);
      close(await model.extend(tokens.slice(3, 6)), once, tolerance);
    });

    it('says the same of a context that it takes up again as of one that it reads', async (context) => {
      if (!model.resume) return context.skip('this model reads every context');
      const long = Array.from({ length: Math.min(300, model.contextTokens) }, (_, index) => tokens[(index * 7) % tokens.length]);
      const read = await afresh(long);
      await afresh(tokens);
      model.rewind(undefined);
      const known = model.resume(long);
      assert.ok(known < long.length);
      assert.equal(model.mark().tokens, known);
      close(await model.extend(long.slice(known)), read, tolerance);
      assert.equal(model.resume(long), 0, 'only into an empty context');
    });

    it('takes up no more of a context than it shares with the one it left, and says the same for it, time and again', async (context) => {
      if (!model.resume) return context.skip('this model reads every context');
      const long = Array.from({ length: Math.min(300, model.contextTokens) }, (_, index) => tokens[(index * 7) % tokens.length]);
      for (const shared of [288, 200, 256, 150, 12]) {
        const other = [...long.slice(0, Math.min(shared, long.length - 12)), ...tokens.slice(0, 12).reverse()];
        const read = await afresh(other);
        await afresh(long);
        for (let turn = 0; turn < 2; turn += 1) {
          model.rewind(undefined);
          const known = model.resume(other, 64);
          close(await model.extend(other.slice(known)), read, tolerance);
        }
      }
    });

    it('says that the model failed when there is no room left', async (context) => {
      if (model.contextTokens === Infinity) return context.skip('this model has no limit');
      model.rewind(undefined);
      const chunk = Array.from({ length: 64 }, (_, index) => tokens[index % tokens.length]);
      let left = model.contextTokens;
      for (; left >= chunk.length; left -= chunk.length) await model.extend(chunk);
      if (left > 0) await model.extend(chunk.slice(0, left));
      await assert.rejects(
        async () => model.extend([tokens[0]]),
        (error) => error instanceof ContinuoError && error.errorName === 'modelFailed',
      );
      assert.equal((await afresh(tokens)).length, model.vocabularySize, 'it works again after a rewind');
    });

    it('can be disposed of twice', async () => {
      const another = await make();
      await another.prepare();
      await another.dispose();
      await another.dispose();
    });
  });
}

function close(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  let worst = 0;
  for (let id = 0; id < expected.length; id += 1) worst = Math.max(worst, Math.abs(actual[id] - expected[id]));
  assert.ok(worst <= tolerance, `logits differ by ${worst}`);
}
