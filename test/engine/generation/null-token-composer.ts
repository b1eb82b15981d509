import { NullLanguageModel } from '../../../src/engine/contracts/null-language-model.js';
import { NullTokenizer } from '../../../src/engine/contracts/null-tokenizer.js';
import type { GenerationOptions } from '../../../src/engine/generation/composer-recipe.js';
import { TokenComposer } from '../../../src/engine/generation/token-composer.js';

export const plainGeneration: GenerationOptions = { keyNormalised: false, events: [], tracks: [], setup: [] };

export interface NullTokenComposerOptions {
  readonly contextTokens?: number;
  readonly generation?: Partial<GenerationOptions>;
}

/** A composer over the null tokenizer and the null model, not prepared. */
export function nullTokenComposer({ contextTokens, generation }: NullTokenComposerOptions): TokenComposer {
  const tokenizer = new NullTokenizer();
  const model = new NullLanguageModel({ vocabularySize: tokenizer.vocabulary.size, contextTokens });
  return new TokenComposer(tokenizer, model, { generation: { ...plainGeneration, ...generation }, sampling: {} });
}
