import type { ComposerRecipe, InferenceRuntimeOptions, RecipePart } from '../generation/composer-recipe.js';
import type { Pack, PluginUse } from './pack.js';

/** What an inference worker needs to make the pack's composer: plain data, nothing loaded. Thread: any. Blocks: no. */
export function toRecipe(pack: Pack, runtime: InferenceRuntimeOptions): ComposerRecipe {
  const { composition, generation, sampling } = pack;
  if (composition.kind === 'composer') return { kind: 'plugin', composer: partOf(composition.composer), runtime };
  const { tokenizer, model } = composition;
  return { kind: 'token', tokenizer: partOf(tokenizer), model: partOf(model), generation, sampling, runtime };
}

function partOf({ plugin, options, files }: PluginUse): RecipePart {
  return { implementation: plugin.implementation, options, files };
}
