import type { AllowedTokens } from '../../contracts/tokenizer.js';
import { ContinuoError } from '../../errors.js';
import type { RandomSource } from './random-source.js';
import type { TokenSampler, TokenSampling } from './token-sampler.js';

/**
 * Draws as the midi-model project's app_onnx.py does (Apache-2.0), number for number: softmax in single precision over the
 * whole vocabulary, then the mask, without normalising again, so that top-p counts the mass of forbidden ids too; then
 * a draw by numpy's `choice`. For comparing with the reference; it allocates and costs more than the live sampler.
 * `minP` and temperature 0 are unknown to it.
 */
export class ReferenceSampler implements TokenSampler {
  sample(logits: Float32Array, allowed: AllowedTokens, sampling: TokenSampling, random: RandomSource): number {
    const probabilities = softmax(logits, sampling.temperature);
    const ids = Array.from(allowed.ids.subarray(0, allowed.count));
    ids.sort((a, b) => probabilities[b] - probabilities[a] || a - b);
    const kept: number[] = [];
    let cumulative = 0;
    for (const id of ids.slice(0, sampling.topK > 0 ? sampling.topK : undefined)) {
      cumulative += probabilities[id];
      if (cumulative - probabilities[id] > sampling.topP) break;
      kept.push(probabilities[id]);
    }
    return ids[choose(kept, random.next())];
  }
}

function softmax(logits: Float32Array, temperature: number): Float32Array {
  const scaled = logits.map((logit) => logit / temperature);
  const largest = scaled.reduce((a, b) => Math.max(a, b), -Infinity);
  const exponentials = scaled.map((score) => Math.exp(Math.fround(score - largest)));
  const total = Math.fround(exponentials.reduce((sum, value) => sum + value, 0));
  return exponentials.map((value) => value / total);
}

/** The first index whose share of the cumulative sum is above u. */
function choose(weights: readonly number[], u: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) throw new ContinuoError('modelFailed', 'every token that may come next has probability 0; raise the temperature');
  let cumulative = 0;
  const sums = weights.map((weight) => (cumulative += weight / total));
  const found = sums.findIndex((sum) => sum / cumulative > u);
  return found < 0 ? weights.length - 1 : found;
}
