import type { Command } from 'commander';
import { writeTickScore } from '../../engine/midi-file/write-tick-score.js';
import { readInput, writeOutput } from '../named-file.js';
import { openTokenizer } from '../open-tokenizer.js';
import { collectOption, type OptionValues } from '../plugin-options.js';
import { readDocument } from '../token-document.js';

interface DetokenizeOptions {
  readonly tokenizer: string;
  readonly option: OptionValues;
  readonly out: string;
  readonly file?: string;
  readonly json?: boolean;
}

/** `continuo detokenize`: token ids to a MIDI file. */
export function register(program: Command): void {
  program
    .command('detokenize')
    .summary('turn token ids into a MIDI file')
    .description('Reads what continuo tokenize prints and writes the MIDI file it stands for.')
    .argument('<tokens>', 'JSON file')
    .requiredOption('--tokenizer <name>', 'tokenizer plugin, see continuo plugins')
    .option('--option <key=value>', 'option of the tokenizer; may be given many times', collectOption, {})
    .requiredOption('--out <file>', 'MIDI file to write')
    .option('--file <name>', 'which file, where the JSON holds several')
    .option('--json', 'print one JSON document and nothing else')
    .action(detokenize);
}

async function detokenize(path: string, { tokenizer: name, option, out, file, json }: DetokenizeOptions): Promise<void> {
  const { tokenizer } = await openTokenizer(name, option);
  const score = tokenizer.decode(readDocument(await readInput(path), tokenizer.vocabulary, file));
  await writeOutput(out, writeTickScore(score));
  const notes = score.tracks.flat().filter(({ type }) => type === 'note').length;
  const summary = { out, tracks: score.tracks.length, notes };
  process.stdout.write(json ? `${JSON.stringify(summary)}\n` : `${out}: ${notes} notes in ${score.tracks.length} tracks\n`);
}
