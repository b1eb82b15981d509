import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ContinuoError } from '../src/engine/errors.js';
import { readTickScore } from '../src/engine/midi-file/read-midi-file.js';
import { openTokenizer } from './support/open-tokenizer.js';
import { NoteErrors } from './support/note-errors.js';

export const summary = 'what a tokenizer loses of real music: tokenizer=NAME folders=DIR,DIR files=40 stepsPerBeat=16 out=PAGE.md KEY=VALUE …';

const ownOptions = ['tokenizer', 'folders', 'files', 'stepsPerBeat', 'out'];
const tableStart = '<!-- round trip -->';
const tableEnd = '<!-- end of round trip -->';

/**
 * Encodes and decodes MIDI files, compares the notes, and says what became of them, a row for each folder. Errors count
 * from half a step of the format's grid on. Every other option is one of the tokenizer. With `out` the table also takes
 * the place of the one in that page, between its two marks.
 */
export async function run(options: Readonly<Record<string, string>>): Promise<object> {
  const { tokenizer: name, folders, out } = options;
  if (name === undefined || folders === undefined) {
    throw new ContinuoError('badValue', 'Say which tokenizer and which folders of MIDI files, e.g. tokenizer=skytnt-events folders=a,b.');
  }
  const given = Object.entries(options).filter(([key]) => !ownOptions.includes(key));
  const { tokenizer } = await openTokenizer(name, Object.fromEntries(given.map(([key, value]) => [key, literal(value)])));
  const halfStep = 0.5 / Number(options.stepsPerBeat ?? 16);
  const rows = folders.split(',').map((folder) => {
    const errors = new NoteErrors(halfStep);
    const files = chooseFiles(folder, Number(options.files ?? 40));
    for (const file of files) {
      const score = readTickScore(readFileSync(join(folder, file)));
      errors.compare(score, tokenizer.decode(tokenizer.encode(score)));
    }
    return { set: basename(folder), files: files.length, ...errors.figures() };
  });
  if (out !== undefined) putTable(out, rows);
  return { tokenizer: name, halfStepBeats: halfStep, rows };
}

/** So many, spread evenly over the folder and those in it. */
function chooseFiles(folder: string, most: number): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.mid')).sort();
  const count = Math.min(most, files.length);
  return Array.from({ length: count }, (_, index) => files[Math.floor((index * files.length) / count)]);
}

function putTable(page: string, rows: readonly Readonly<Record<string, string | number>>[]): void {
  const text = readFileSync(page, 'utf8');
  const start = text.indexOf(tableStart);
  const end = text.indexOf(tableEnd);
  if (start < 0 || end < start) throw new ContinuoError('badValue', `${page} has no ${tableStart} … ${tableEnd} to put the table between.`);
  const columns = Object.keys(rows[0]);
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const table = [line(columns.map(asWords)), line(columns.map(() => '---')), ...rows.map((row) => line(columns.map((column) => row[column])))];
  writeFileSync(page, `${text.slice(0, start + tableStart.length)}\n${table.join('\n')}\n${text.slice(end)}`);
}

function asWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function literal(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
