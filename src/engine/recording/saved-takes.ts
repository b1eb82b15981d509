import { access, mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ContinuoError } from '../errors.js';
import { reasonOf } from '../reason-of.js';
import { writeWhole } from '../write-whole.js';

/**
 * The MIDI files that a take is saved as. One takes the place of what was saved under its name before, whole, and of nothing
 * else. Thread: main. Blocks: no.
 */
export class SavedTakes {
  private readonly own = new Set<string>();

  /** @param folder where files are saved whose names are relative. */
  constructor(private readonly folder: string) {}

  /**
   * Returns the path of the file; a name that does not end in `.mid` or `.midi` is given the former.
   * Errors: `badValue` where something else has that name, `recordingFailed` where it cannot be written.
   */
  async write(name: string, content: Uint8Array): Promise<string> {
    const file = resolve(this.folder, /\.midi?$/i.test(name) ? name : `${name}.mid`);
    if (!this.own.has(file) && (await exists(file))) {
      throw new ContinuoError('badValue', `${file} is there already, and no take of this run: save the take under another name.`);
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

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
