import { writeFile } from 'node:fs/promises';
import { ContinuoError } from '../engine/errors.js';

/** Writes the file a command line names. Errors: badConfiguration, in words, when it cannot be written. */
export async function writeOutput(path: string, content: Uint8Array | string): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (cause) {
    throw outputFault(path, cause);
  }
}

/** Why a file cannot be written, in words. */
export function outputFault(path: string, cause: unknown): ContinuoError {
  const { code } = cause as NodeJS.ErrnoException;
  const reason = code === 'ENOENT' ? 'there is no such folder' : code === 'EISDIR' ? 'it is a folder' : String(code);
  return new ContinuoError('badConfiguration', `${path} cannot be written: ${reason}.`, { cause });
}
