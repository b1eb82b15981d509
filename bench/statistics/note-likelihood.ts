import type { LanguageModel } from '../../src/engine/contracts/language-model.js';
import { AllowedTokens, type TokenAttribute, type Tokenizer } from '../../src/engine/contracts/tokenizer.js';
import { allowNext } from '../../src/engine/generation/token-stream.js';

/** What it takes to say ids, in bits. */
export interface Bits {
  /** Each id against those the grammar allows in its place: what the model pays when it plays. */
  readonly underGrammar: number;
  /** Each id against all there are. */
  readonly plain: number;
  /** `underGrammar` by what the ids say. */
  readonly byAttribute: ReadonlyMap<TokenAttribute, number>;
  readonly ids: number;
}

/**
 * Reads `tokens` into an empty context one by one and sums up -log2 of the probability that the model gave each of them,
 * from index `from` on; what stands before it is given. `tokens` begin with `vocabulary.start`; `from` is at least 1.
 * Errors: those of the model; `badTokens` for a stream that the grammar does not know.
 */
export async function bitsOf(tokenizer: Tokenizer, model: LanguageModel, tokens: readonly number[], from: number): Promise<Bits> {
  const { grammar, vocabulary } = tokenizer;
  const allowed = new AllowedTokens(vocabulary.size);
  const byAttribute = new Map<TokenAttribute, number>();
  let [underGrammar, plain] = [0, 0];
  let state = grammar.initial();
  for (let index = vocabulary.start.length; index < from; index += 1) state = grammar.advance(state, tokens[index]);
  model.rewind(undefined);
  for (let index = from; index < tokens.length; index += 1) {
    const token = tokens[index];
    const logits = await model.extend(tokens.slice(index === from ? 0 : index - 1, index));
    const plainBits = (logOfSum(logits) - logits[token]) / Math.LN2;
    allowNext(tokenizer, state, {}, allowed);
    const bits = allowed.has(token) ? (logOfSum(Float32Array.from(allowed.ids.subarray(0, allowed.count), (id) => logits[id])) - logits[token]) / Math.LN2 : plainBits;
    const attribute = grammar.attribute(state);
    byAttribute.set(attribute, (byAttribute.get(attribute) ?? 0) + bits);
    underGrammar += bits;
    plain += plainBits;
    state = grammar.advance(state, token);
  }
  return { underGrammar, plain, byAttribute, ids: tokens.length - from };
}

/** log(sum(exp(logits))), without overflow. */
function logOfSum(logits: Float32Array): number {
  const largest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
  return largest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
}
