import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTickScore } from '../../src/engine/midi-file/read-midi-file.js';
import { openTokenizer } from '../support/open-tokenizer.js';
import { timeRepeatedly } from '../support/tokenizer-timing.js';

/**
 * Times a tokenizer on the MIDI files of a folder, by processor time. Arguments: its name, its options as JSON, the
 * folder, the seconds to measure for. Prints how many ids the files are, how many a second it makes of music in memory
 * (`encode`) and of files (`file`).
 */
async function main([name, options, folder, secondsText]: readonly string[]): Promise<void> {
  const { tokenizer } = await openTokenizer(name, JSON.parse(options));
  const files = readdirSync(folder).filter((file) => file.endsWith('.mid')).sort();
  const bytes = files.map((file) => readFileSync(join(folder, file)));
  const scores = bytes.map((file) => readTickScore(file));
  const seconds = Number(secondsText);
  const count = (encode: () => Iterable<Int32Array>) => (): number => [...encode()].reduce((sum, ids) => sum + ids.length, 0);
  const encodeAll = count(() => scores.map((score) => tokenizer.encode(score)));
  const readAll = count(() => bytes.map((file) => tokenizer.encode(readTickScore(file))));
  const result = { ids: encodeAll(), encode: timeRepeatedly(seconds, encodeAll), file: timeRepeatedly(seconds, readAll) };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

await main(process.argv.slice(2));
