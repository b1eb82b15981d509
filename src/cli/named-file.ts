import { readFile, writeFile } from 'node:fs/promises';
import { ContinuoError } from '../engine/errors.js';
import { reasonOf } from '../engine/reason-of.js';

/** Reads the text file that a command line names. Errors: badConfiguration, in words, when it cannot be read. */
export async function readInput(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new ContinuoError('badConfiguration', `${path} cannot be read: ${reasonOf(cause)}.`, { cause });
  }
}

/** Writes the file that a command line names. Errors: badConfiguration, in words, when it cannot be written. */
export async function writeOutput(path: string, content: Uint8Array | string): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (cause) {
    throw outputFault(path, cause);
  }
}

/** Why a file cannot be written, in words. */
export function outputFault(path: string, cause: unknown): ContinuoError {
  return new ContinuoError('badConfiguration', `${path} cannot be written: ${reasonOf(cause)}.`, { cause });
}
