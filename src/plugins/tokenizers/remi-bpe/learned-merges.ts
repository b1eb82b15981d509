import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ContinuoError } from '../../../engine/errors.js';
import { repositoryRoot } from '../../../engine/paths.js';
import type { Merge } from './pair-merges.js';
import { baseSize } from './phrase-vocabulary.js';

/** Where the learned merges are, beside their licences. */
export const learnedMergesFile = join(repositoryRoot, 'src/plugins/tokenizers/remi-bpe/merges.json');

const fileSchema = z.object({
  baseSize: z.literal(baseSize),
  /** Pairs of ids; the first pair makes id 382, each next one the next id. */
  merges: z.array(z.tuple([z.int().min(0), z.int().min(0)])),
});

/**
 * The merges of the shipped vocabulary, in order of rank.
 * @throws ContinuoError badPack when the file is missing or damaged.
 */
export function readLearnedMerges(file = learnedMergesFile): Merge[] {
  try {
    const { merges } = fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return merges.map(([left, right], rank) => ({ left, right, merged: baseSize + rank }));
  } catch (cause) {
    throw new ContinuoError('badPack', `The merges in ${file} cannot be read; install Continuo again.`, { cause });
  }
}
