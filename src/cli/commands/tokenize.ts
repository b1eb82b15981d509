import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Tokenizer } from '../../engine/contracts/tokenizer.js';
import { readMidiFile } from '../../engine/midi-file/read-midi-file.js';
import { complain, sentenceOf } from '../complain.js';
import { openTokenizer } from '../open-tokenizer.js';
import { collectOption, type OptionValues } from '../plugin-options.js';
import { startProgress } from '../progress.js';
import { toDocument, writtenRowWidth } from '../token-document.js';
import { writeTokenFile, type TokenisedFile } from '../token-file.js';
import { writeOutput } from '../write-output.js';

interface TokenizeOptions {
  readonly tokenizer: string;
  readonly option: OptionValues;
  readonly json?: boolean;
  readonly out?: string;
}

/** `continuo tokenize`: MIDI files to token ids, as JSON on stdout or in one binary file. */
export function register(program: Command): void {
  program
    .command('tokenize')
    .summary('turn MIDI files into token ids')
    .description(
      'Prints {"file","tokens"} for a file, an array of these for several; tokens are rows of ids where the format ' +
        'has rows and is not asked for one flat list. A file that cannot be read is named on stderr, the others are done, and the exit code is 1.',
    )
    .argument('<files...>', 'MIDI files')
    .requiredOption('--tokenizer <name>', 'tokenizer plugin, see continuo plugins')
    .option('--option <key=value>', 'option of the tokenizer; may be given many times', collectOption, {})
    .option('--json', 'print one JSON document and nothing else (what it does anyway without --out)')
    .option('--out <file>', 'write all ids to one binary file: a line CTOK1, a line of JSON, then little-endian ids')
    .action(tokenize);
}

async function tokenize(files: readonly string[], { tokenizer: name, option, json, out }: TokenizeOptions): Promise<void> {
  const { tokenizer, options } = await openTokenizer(name, option);
  const done = await tokenizeAll(files, tokenizer);
  const rowWidth = writtenRowWidth(tokenizer.vocabulary);
  if (out === undefined) {
    const documents = done.map(({ file, ids }) => toDocument(file, ids, rowWidth));
    if (files.length > 1) print(documents);
    else if (documents.length > 0) print(documents[0]);
    return;
  }
  const { size: vocabularySize } = tokenizer.vocabulary;
  await writeOutput(out, writeTokenFile(done, { tokenizer: name, options, vocabularySize, rowWidth }));
  const ids = done.reduce((sum, file) => sum + file.ids.length, 0);
  if (json) print({ out, files: done.length, failed: files.length - done.length, ids });
  else process.stdout.write(`${out}: ${ids} ids of ${done.length} files\n`);
}

async function tokenizeAll(files: readonly string[], tokenizer: Tokenizer): Promise<TokenisedFile[]> {
  const done: TokenisedFile[] = [];
  const complaints: string[] = [];
  const progress = startProgress('Tokenising', files.length);
  for (const file of files) {
    try {
      const { score, remarks } = readMidiFile(await readFile(file));
      done.push({ file, ids: tokenizer.encode(score) });
      if (remarks.length > 0) complaints.push(`${file}: ${remarks.join(' ')}`);
    } catch (cause) {
      complaints.push(`${file}: ${sentenceOf(cause)}`);
      process.exitCode = 1;
    }
    progress.step();
  }
  progress.stop();
  complaints.forEach(complain);
  return done;
}

function print(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document)}\n`);
}
