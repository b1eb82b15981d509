import type { LanguageModel } from '../contracts/language-model.js';
import { AllowedTokens, type TokenAttribute, type Tokenizer } from '../contracts/tokenizer.js';
import type { MusicConstraint } from '../music/constraint.js';
import { allowNext } from './token-stream.js';

/** What it takes to say ids, in bits. */
export interface Bits {
  /** Each id against those the grammar allows in its place: what the model pays when it plays. */
  readonly underGrammar: number;
  /** Each id against all there are, but for those that cost no run. */
  readonly plain: number;
  /** `underGrammar` by what the ids say. */
  readonly byAttribute: ReadonlyMap<TokenAttribute, number>;
  readonly ids: number;
}

export interface LikelihoodOptions {
  /** What else but the grammar says which ids may come. Default: nothing. */
  readonly constraint?: MusicConstraint;
  /** An id that cannot be otherwise costs nothing and no run. Default: every id costs a run, so that `plain` is told too. */
  readonly skipsForced?: boolean;
  /** Asked between two runs. Default: never. */
  readonly stopped?: () => boolean;
}

/**
 * Reads `tokens` into an empty context one by one and sums up -log2 of the probability that the model gave each of them,
 * from index `from` on; what stands before it is given. `tokens` begin with `vocabulary.start`; `from` is at least 1.
 * Where it is stopped, `ids` are fewer. Errors: those of the model; `badTokens` for a stream that the grammar does not know.
 */
export async function bitsOf(
  tokenizer: Tokenizer,
  model: LanguageModel,
  tokens: readonly number[],
  from: number,
  { constraint = {}, skipsForced = false, stopped = () => false }: LikelihoodOptions = {},
): Promise<Bits> {
  const { grammar, vocabulary } = tokenizer;
  const allowed = new AllowedTokens(vocabulary.size);
  const byAttribute = new Map<TokenAttribute, number>();
  let [underGrammar, plain, ids] = [0, 0, 0];
  let state = grammar.initial();
  for (let index = vocabulary.start.length; index < from; index += 1) state = grammar.advance(state, tokens[index]);
  model.rewind(undefined);
  let read = model.resume?.(tokens.slice(0, from)) ?? 0;
  for (let index = from; index < tokens.length && !stopped(); index += 1) {
    const token = tokens[index];
    allowNext(tokenizer, state, constraint, allowed);
    if (!skipsForced || allowed.count > 1 || !allowed.has(token)) {
      const logits = await model.extend(tokens.slice(read, index));
      read = index;
      const plainBits = (logOfSum(logits) - logits[token]) / Math.LN2;
      const bits = allowed.has(token) ? (logOfSum(Float32Array.from(allowed.ids.subarray(0, allowed.count), (id) => logits[id])) - logits[token]) / Math.LN2 : plainBits;
      const attribute = grammar.attribute(state);
      byAttribute.set(attribute, (byAttribute.get(attribute) ?? 0) + bits);
      underGrammar += bits;
      plain += plainBits;
    }
    ids += 1;
    state = grammar.advance(state, token);
  }
  return { underGrammar, plain, byAttribute, ids };
}

/** log(sum(exp(logits))), without overflow. */
function logOfSum(logits: Float32Array): number {
  const largest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
  return largest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
}
