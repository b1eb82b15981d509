import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ContinuoError } from '../../../engine/errors.js';
import { learnedCodes, LearnedVelocities } from './learned-velocities.js';
import { framesPerBeat } from './vocabulary.js';

/** Keeps what is multiplied and summed far from infinity. */
const weight = z.int().min(-(2 ** 20)).max(2 ** 20);
const mostHidden = 256;
const mostDimensions = 32;

const fileSchema = z
  .object({
    format: z.literal('continuo velocity codes 1'),
    hiddenBias: z.array(weight).min(1).max(mostHidden),
    onset: z.array(z.array(weight)).length(framesPerBeat),
    basis: z.array(z.array(weight)).length(framesPerBeat),
    basisBias: z.array(z.array(weight).min(1).max(mostDimensions)).length(framesPerBeat),
    levels: z.array(weight).length(learnedCodes),
    directions: z.array(z.array(weight)).length(learnedCodes),
  })
  .refine(({ hiddenBias, onset, basis, basisBias, directions }) => {
    const hidden = hiddenBias.length;
    const dimensions = basisBias[0].length;
    const have = (rows: readonly number[][], length: number): boolean => rows.every((row) => row.length === length);
    return (
      have(onset, hidden) && have(basis, hidden * dimensions) && have(basisBias, dimensions) && have(directions, dimensions)
    );
  }, 'the rows differ in length');

/**
 * Reads learned velocity codes, a JSON file that the training script writes.
 * @throws ContinuoError badPack when the file is not there or holds none.
 */
export function readVelocities(path: string): LearnedVelocities {
  try {
    return new LearnedVelocities(fileSchema.parse(JSON.parse(readFileSync(path, 'utf8'))));
  } catch (cause) {
    throw new ContinuoError('badPack', `${path} holds no velocity codes; take the file that comes with Continuo or make it anew with the training script.`, { cause });
  }
}
