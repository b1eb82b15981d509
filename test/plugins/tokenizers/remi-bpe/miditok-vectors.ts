import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { MiditokTokenizer } from '../../../../src/plugins/tokenizers/remi-bpe/miditok/tokenizer.js';

export const tokenizerNames = ['remi', 'remi-wide', 'remi-changes', 'mmm', 'remi-bpe', 'remi-bpe-whole', 'mmm-bpe'] as const;
export type TokenizerName = (typeof tokenizerNames)[number];

const folder = join(repositoryRoot, 'test/fixtures/remi-bpe');

/** How many ids, and the SHA-256 of them as little-endian 32-bit numbers. */
export type Fingerprint = readonly [count: number, sha256: string];

export type Vectors = Readonly<
  Record<TokenizerName, Readonly<Record<string, { readonly base: Fingerprint; readonly ids: Fingerprint }>>>
>;

export function readVectors(): Vectors {
  return JSON.parse(readFileSync(join(folder, 'vectors.json'), 'utf8')) as Vectors;
}

export function readTokenizerFile(name: TokenizerName): string {
  return readFileSync(join(folder, `${name}.json`), 'utf8');
}

export function miditokNamed(name: TokenizerName): MiditokTokenizer {
  return new MiditokTokenizer(readTokenizerFile(name));
}
