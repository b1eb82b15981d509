import { keptFields } from '../contracts/constraint-capabilities.js';
import type { Tokenizer } from '../contracts/tokenizer.js';

/** Why a tokenizer, made of its options and files, cannot play live; `undefined` when it can. */
export function whyNotLive({ lacks = [] }: Pick<Tokenizer, 'lacks'>): string | undefined {
  if (!lacks.includes('live')) return undefined;
  return 'cannot play live: with the files it has, its tokenizer writes one track after another, so no beat is complete before the piece is; use a tokenizer file with all tracks in one stream';
}

/** What of a performer's wishes such a tokenizer takes no notice of, as a sentence; `undefined` when there is nothing. */
export function ignoredWishes({ lacks = [] }: Pick<Tokenizer, 'lacks'>): string | undefined {
  const fields = keptFields(lacks);
  return fields.length === 0 ? undefined : `the tokenizer of this pack, with the files it has, takes no notice of ${fields.join(', ')}`;
}
