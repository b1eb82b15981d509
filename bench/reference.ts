import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ContinuoError } from '../src/engine/errors.js';
import { notesOfFolder } from './statistics/midi-folder.js';
import { makeReference, referenceFolder } from './statistics/reference.js';

export const summary =
  'makes the statistics that "quality" judges by, of folders of MIDI files: name=NAME test=DIR others=DIR licence=MIT source=URL bars=32';

/**
 * Writes bench/references/NAME.json: how the pieces in `test` are distributed, and how far from them excerpts of the
 * pieces in `others` are, as they are, shuffled, and random.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const { name, test, others, licence, source } = options;
  if (!name || !test || !others || !licence || !source) {
    throw new ContinuoError('badValue', 'Say name=NAME test=DIR others=DIR licence=LICENCE source=WHERE-FROM of the data set.');
  }
  const bars = Number(options.bars ?? 32);
  const made = makeReference({ name, licence, source, test: await notesOfFolder(test), others: await notesOfFolder(others), bars });
  await mkdir(referenceFolder, { recursive: true });
  const file = join(referenceFolder, `${name}.json`);
  await writeFile(file, `${JSON.stringify(made)}\n`);
  const { pieces, windows, real, shuffled, random } = made;
  return { file, pieces, windows, medianKs: { real: real.medianKs, shuffled: shuffled.medianKs, random: random.medianKs } };
}
