import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTickScore } from '../../src/engine/midi-file/read-midi-file.js';
import { encodeCharacters } from '../../src/plugins/tokenizers/theremin/encode.js';
import { NoteScale } from '../../src/plugins/tokenizers/theremin/note-scale.js';
import { optionsSchema } from '../../src/plugins/tokenizers/theremin/options.js';
import { readModelFile } from '../../src/plugins/tokenizers/theremin/sentencepiece/model-file.js';
import { SentencePiece } from '../../src/plugins/tokenizers/theremin/sentencepiece/sentence-piece.js';
import { timeRepeatedly } from '../support/tokenizer-timing.js';

/**
 * Times our SentencePiece alone, by processor time, on the note characters of the MIDI files of a folder. Arguments: the
 * model, the folder, the file to write the characters to (JSON, a string a MIDI file), the seconds to measure for.
 */
function main([model, folder, target, seconds]: readonly string[]): void {
  const scale = new NoteScale(optionsSchema.parse({}));
  const files = readdirSync(folder).filter((file) => file.endsWith('.mid')).sort();
  const points = files.map((file) => encodeCharacters(readTickScore(readFileSync(join(folder, file))), scale));
  writeFileSync(target, JSON.stringify(points.map((song) => Array.from(song, (point) => String.fromCodePoint(point)).join(''))));
  const pieces = new SentencePiece(readModelFile(readFileSync(model), model));
  const encodeAll = (): number => points.reduce((sum, song) => sum + pieces.encodePoints(song).length, 0);
  process.stdout.write(`${JSON.stringify({ ids: encodeAll(), encode: timeRepeatedly(Number(seconds), encodeAll) })}\n`);
}

main(process.argv.slice(2));
