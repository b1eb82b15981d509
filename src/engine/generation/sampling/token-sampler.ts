import type { AllowedTokens } from '../../contracts/tokenizer.js';
import type { RandomSource } from './random-source.js';

/** How one token is drawn. */
export interface TokenSampling {
  /** 0 is greedy. */
  readonly temperature: number;
  /** 0..1; 1 is off. */
  readonly topP: number;
  /** 0 is off. */
  readonly topK: number;
  /** 0..1, 0 is off: ids less likely than this share of the likeliest are out. */
  readonly minP: number;
}

/** Draws the next token among those allowed. */
export interface TokenSampler {
  /**
   * An id of `allowed`, which holds at least one. Takes exactly one number from `random` unless it is greedy.
   * Errors: `modelFailed` when no allowed id has a finite logit.
   */
  sample(logits: Float32Array, allowed: AllowedTokens, sampling: TokenSampling, random: RandomSource): number;
}
