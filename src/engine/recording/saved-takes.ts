import { access, mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ContinuoError } from '../errors.js';
import { reasonOf } from '../reason-of.js';
import { writeWhole } from '../write-whole.js';
import { takeFile } from './take-file.js';
import type { ReadTake } from './take-journal.js';

/**
 * The MIDI files that a take is saved as. One takes the place of what was saved under its name before, whole, and of nothing
 * else. Thread: main. Blocks: no.
 */
export class SavedTakes {
  private readonly own = new Set<string>();

  /** @param folder where files are saved whose names are relative. */
  constructor(private readonly folder: string) {}

  /**
   * Returns the path of the file, and without what it is; a name that does not end in `.mid` or `.midi` is given the former.
   * Errors: `badValue` where there is nothing to save or something else has that name, `recordingFailed` where the take cannot
   * be read or the file written.
   */
  async save(name: string, title: string, { lines, unreadable }: ReadTake): Promise<string> {
    if (lines.length === 0) throw nothingToSave(unreadable);
    const file = await this.write(name, takeFile(lines, title));
    return [file, ...unreadable.map((part) => `what was in ${part}, which cannot be read`)].join(', without ');
  }

  private async write(name: string, content: Uint8Array): Promise<string> {
    const file = resolve(this.folder, /\.midi?$/i.test(name) ? name : `${name}.mid`);
    if (!this.own.has(file) && (await exists(file))) {
      throw new ContinuoError('badValue', `${file} is there already and is left as it is: save the take under another name.`);
    }
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeWhole(file, content);
    } catch (cause) {
      throw new ContinuoError('recordingFailed', `${file} cannot be written: ${reasonOf(cause)}`, { cause });
    }
    this.own.add(file);
    return file;
  }
}

function nothingToSave(unreadable: readonly string[]): ContinuoError {
  if (unreadable.length === 0) return new ContinuoError('badValue', 'There is nothing to save yet: nothing has been played or heard.');
  return new ContinuoError('recordingFailed', `What was written of the take cannot be read: ${unreadable.join(', ')}`);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
