import { AllowedTokens, type Grammar } from '../../../src/engine/contracts/tokenizer.js';
import type { MusicConstraint } from '../../../src/engine/music/constraint.js';

/** A random legal stream; `visit` sees each state with the token chosen there. */
export function walk(
  grammar: Grammar,
  vocabularySize: number,
  constraint: MusicConstraint,
  seed: number,
  length: number,
  visit: (state: object, token: number) => void,
  choose: (allowed: AllowedTokens, random: () => number) => number = anyOf,
): void {
  const random = seededRandom(seed);
  const allowed = new AllowedTokens(vocabularySize);
  let state = grammar.initial();
  for (let count = 0; count < length; count += 1) {
    grammar.allow(state, constraint, allowed);
    const token = choose(allowed, random);
    visit(state, token);
    state = grammar.advance(state, token);
  }
}

function anyOf({ ids, count }: AllowedTokens, random: () => number): number {
  return ids[Math.floor(random() * count)];
}

/** Numbers in [0, 1), the same for the same seed (xorshift32). */
export function seededRandom(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
