import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Tokenizer } from '../../engine/contracts/tokenizer.js';
import { readMidiFile, type MidiFileContents } from '../../engine/midi-file/read-midi-file.js';
import { reasonOf } from '../../engine/reason-of.js';
import { complain } from '../complain.js';
import { openTokenizer } from '../open-tokenizer.js';
import { collectOption, type OptionValues } from '../plugin-options.js';
import { startProgress } from '../progress.js';
import { writtenRowWidth } from '../token-document.js';
import { TokenFileWriter, metersOf, type TokenisedFile } from '../token-file.js';
import { TokenPrinter } from '../token-printer.js';

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
  const rowWidth = writtenRowWidth(tokenizer.vocabulary);
  if (out === undefined) {
    const printer = new TokenPrinter(process.stdout, rowWidth, files.length > 1);
    await tokenizeAll(files, tokenizer, ({ file, ids }) => printer.add(file, ids));
    await printer.finish();
    return;
  }
  const { files: done, ids } = await tokenizeToFile(files, tokenizer, out, { tokenizer: name, options, rowWidth });
  if (json) process.stdout.write(`${JSON.stringify({ out, files: done, failed: files.length - done, ids })}\n`);
  else process.stdout.write(`${out}: ${ids} ids of ${done} files\n`);
}

async function tokenizeToFile(
  files: readonly string[],
  tokenizer: Tokenizer,
  out: string,
  about: { readonly tokenizer: string; readonly options: unknown; readonly rowWidth: number },
): Promise<{ files: number; ids: number }> {
  const writer = await TokenFileWriter.open(out, { ...about, vocabularySize: tokenizer.vocabulary.size });
  try {
    const count = await tokenizeAll(files, tokenizer, (file) => writer.add(file));
    await writer.finish();
    return { files: count, ids: writer.count };
  } finally {
    await writer.dispose();
  }
}

/** Hands over one file after the other and keeps none; returns how many could be read. */
async function tokenizeAll(files: readonly string[], tokenizer: Tokenizer, take: (done: TokenisedFile) => Promise<void>): Promise<number> {
  const complaints: string[] = [];
  const progress = startProgress('Tokenising', files.length);
  let count = 0;
  for (const file of files) {
    const done = await tokenizeFile(file, tokenizer, complaints);
    if (done === undefined) {
      process.exitCode = 1;
    } else {
      await take(done);
      count += 1;
    }
    progress.step();
  }
  progress.stop();
  complaints.forEach(complain);
  return count;
}

/** `undefined` where the file cannot be read; then and where it is damaged, `complaints` says it. */
async function tokenizeFile(file: string, tokenizer: Tokenizer, complaints: string[]): Promise<TokenisedFile | undefined> {
  try {
    const { score, remarks } = await readScore(file);
    const done = { file, ids: tokenizer.encode(score), meters: metersOf(score) };
    if (remarks.length > 0) complaints.push(`${file}: ${remarks.join(' ')}`);
    return done;
  } catch (cause) {
    complaints.push(`${file}: ${reasonOf(cause)}`);
    return undefined;
  }
}

/** A function of its own, so that nobody holds the bytes any more when the score is encoded. */
async function readScore(file: string): Promise<MidiFileContents> {
  return readMidiFile(await readFile(file));
}
