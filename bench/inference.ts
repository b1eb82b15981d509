import { LanguageModel } from '../src/engine/contracts/language-model.js';
import { ContinuoError } from '../src/engine/errors.js';
import { InferenceRuntime } from '../src/engine/generation/onnx/inference-runtime.js';
import { loadInContainer } from '../src/engine/plugins/load-in-container.js';
import { openRecipe } from './support/open-recipe.js';
import { percentile } from './support/percentile.js';

export const summary = "what a token of a pack's model costs at several lengths of context: pack=NAME contexts=128,512,1024 tokens=64 threads=1 provider=cpu";

/** Times single steps and the reading of a prompt, in this thread, without a tokenizer. */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const { name, recipe } = await openRecipe(options);
  if (recipe.kind !== 'token') throw new ContinuoError('badValue', `The pack ${name} has no language model to measure; name another with pack=NAME.`);
  const notices: string[] = [];
  const runtime: InferenceRuntime = { ...recipe.runtime, notice: (sentence) => notices.push(sentence) };
  const { implementation, options: shape, files } = recipe.model;
  const container = await loadInContainer({ implementation }, { options: shape, files }, new Map([[InferenceRuntime, runtime]]));
  const model = container.get<LanguageModel>(LanguageModel);
  const started = performance.now();
  await model.prepare();
  const loadMilliseconds = performance.now() - started;
  const steps = Number(options.tokens ?? 64);
  const contexts = (options.contexts ?? '128,512,1024').split(',').map(Number).filter((context) => context + steps <= model.contextTokens);
  const rows = [];
  for (const context of contexts) rows.push(await measure(model, context, steps, recipe.generation.setup.flat()));
  await model.dispose();
  return { pack: name, ...recipe.runtime, notices, loadMilliseconds, contextTokens: model.contextTokens, steps: rows };
}

async function measure(model: LanguageModel, context: number, steps: number, ids: readonly number[]): Promise<object> {
  const token = (index: number): number => (ids.length > 0 ? ids[index % ids.length] : 0);
  model.rewind(undefined);
  const readStarted = performance.now();
  await model.extend(Array.from({ length: context }, (_, index) => token(index)));
  const readMilliseconds = performance.now() - readStarted;
  const samples: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    const started = performance.now();
    await model.extend([token(context + step)]);
    samples.push(performance.now() - started);
  }
  return {
    contextTokens: context,
    stepP50: percentile(samples, 0.5),
    stepP95: percentile(samples, 0.95),
    readMilliseconds,
    readPerToken: readMilliseconds / context,
  };
}
