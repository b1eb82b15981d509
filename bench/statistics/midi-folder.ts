import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ContinuoError } from '../../src/engine/errors.js';
import { readTimedNotes, type TimedNotes } from './timed-notes.js';

/** The MIDI files under a folder, in order of path. Errors: `badValue` when there are none. */
export async function midiFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new ContinuoError('badValue', `The folder ${folder} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  const files = names.filter((name) => /\.midi?$/i.test(name)).sort();
  if (files.length === 0) throw new ContinuoError('badValue', `There are no .mid files in ${folder}; name a folder that has some.`);
  return files.map((name) => resolve(join(folder, name)));
}

/** The notes of every file under a folder. Errors: `badValue`, `badMidiFile`. */
export async function notesOfFolder(folder: string): Promise<TimedNotes[]> {
  const pieces: TimedNotes[] = [];
  for (const file of await midiFilesIn(folder)) pieces.push(readTimedNotes(await readFile(file)));
  return pieces;
}
