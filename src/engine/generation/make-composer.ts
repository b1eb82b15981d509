import { Composer } from '../contracts/composer.js';
import { LanguageModel } from '../contracts/language-model.js';
import { Tokenizer } from '../contracts/tokenizer.js';
import { loadInContainer } from '../plugins/load-in-container.js';
import type { ComposerRecipe, RecipePart } from './composer-recipe.js';
import { InferenceRuntime } from './onnx/inference-runtime.js';
import { TokenComposer } from './token-composer.js';
import { ignoredWishes } from './tokenizer-lacks.js';

/**
 * Makes the composer a recipe tells of, in this thread; not prepared. `notice` is told sentences a performer may want to
 * read; when `ending` is aborted, whatever it waits for is given up. Errors: `badPlugin` when an implementation cannot be
 * loaded, `badPack` when the parts do not fit together.
 */
export async function makeComposer(recipe: ComposerRecipe, notice: (sentence: string) => void, ending?: AbortSignal): Promise<Composer> {
  const runtime: InferenceRuntime = { ...recipe.runtime, notice, ending };
  if (recipe.kind === 'plugin') return make<Composer>(recipe.composer, Composer, runtime);
  const tokenizer = await make<Tokenizer>(recipe.tokenizer, Tokenizer, runtime);
  const ignored = ignoredWishes(tokenizer);
  if (ignored !== undefined) notice(ignored);
  const model = await make<LanguageModel>(recipe.model, LanguageModel, runtime);
  return new TokenComposer(tokenizer, model, recipe);
}

async function make<T>({ implementation, options, files }: RecipePart, contract: symbol, runtime: InferenceRuntime): Promise<T> {
  const container = await loadInContainer({ implementation }, { options, files }, new Map([[InferenceRuntime, runtime]]));
  return container.getAsync<T>(contract);
}
