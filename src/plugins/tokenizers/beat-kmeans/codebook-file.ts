import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ContinuoError } from '../../../engine/errors.js';
import { anchorPatterns } from './anchors.js';
import { Codebook } from './codebook.js';
import { patternOfText, type Pattern } from './pattern.js';
import { level1, level2, level3 } from './vocabulary.js';

const fileSchema = z.object({
  format: z.literal('continuo beat codebook 1'),
  learned: z.object({ level1: z.array(z.string()), level2: z.array(z.string()), level3: z.array(z.string()) }),
});

/**
 * Reads the learned part of a codebook, a JSON file that the training script writes: one text a pattern, `x` for an
 * onset, `-` for sustain, `.` for silence.
 * @throws ContinuoError badPack when the file is not there or is no codebook.
 */
export function readCodebook(path: string): Codebook {
  const { level1: wholes, level2: halves, level3: quarters } = parse(path).learned;
  return new Codebook({
    level1: patterns(path, wholes, level1),
    level2: patterns(path, halves, level2),
    level3: patterns(path, quarters, level3),
  });
}

function parse(path: string): z.output<typeof fileSchema> {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new ContinuoError('badPack', `${path} is no beat codebook; take the one that comes with Continuo or make it anew with the training script.`, { cause });
  }
}

function patterns(path: string, texts: readonly string[], { frames, size }: { frames: number; size: number }): Pattern[] {
  const room = size - anchorPatterns(frames).length;
  if (texts.length > room) {
    throw new ContinuoError('badPack', `${path} holds ${texts.length} patterns of ${frames} frames, and there is room for ${room}.`);
  }
  return texts.map((text) => patternOfText(text, frames));
}
