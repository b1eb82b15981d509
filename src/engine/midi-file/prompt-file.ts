import { readFile } from 'node:fs/promises';
import { ContinuoError } from '../errors.js';
import type { Score } from '../music/score.js';
import { reasonOf } from '../reason-of.js';
import { readPrompt } from './prompt.js';

/** The music of a MIDI file, to go on from. Errors: `badMidiFile` with the file's name, where it cannot be read either. */
export async function promptFrom(file: string): Promise<Score> {
  try {
    return readPrompt(await readFile(file));
  } catch (cause) {
    throw new ContinuoError('badMidiFile', `${file} cannot be a prompt: ${reasonOf(cause)}`, { cause });
  }
}
