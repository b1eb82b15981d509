import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tokenizer } from '../src/engine/contracts/tokenizer.js';
import { ContinuoError } from '../src/engine/errors.js';
import { readTickScore } from '../src/engine/midi-file/read-midi-file.js';
import { unconstrained } from '../src/engine/music/constraint.js';
import type { TickScore } from '../src/engine/music/tick-score.js';
import { repositoryRoot } from '../src/engine/paths.js';
import { builtInPlugins } from '../src/plugins/manifest.js';
import { longMidiFile } from './support/long-midi-file.js';
import { openTokenizer } from './support/open-tokenizer.js';
import { wishesOf } from './support/tokenizer-wishes.js';
import { timeGrammar, timeRepeatedly } from './support/tokenizer-timing.js';

export const summary =
  'tokens a second, cost of the grammar, memory for a 20 MB file: tokenizer=NAME folder=DIR files=12 seconds=1 steps=20000 megabytes=20 heap=MEGABYTES';

/** What issue and stage ask of a tokenizer: see docs/tokenizers/README.md. */
const targets = { tokensPerSecond: 1e6, leastTokensPerSecond: 200_000, allowMicros: 20, peakMegabytes: 500 };

/** What is made of a file of its own is measured with one of the tests'. */
const optionsOf: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  miditok: { file: join(repositoryRoot, 'test/fixtures/remi-bpe/remi-bpe.json') },
};

interface Figures {
  readonly tokenizer: string;
  readonly encodeTokensPerSecond: number;
  readonly decodeTokensPerSecond: number;
  readonly streamTokensPerSecond: number;
  readonly allowMedianMicros: number;
  readonly allowP99Micros: number;
  readonly advanceMedianMicros: number;
  /** With a wish in every field that the tokenizer claims. */
  readonly wishes: number;
  readonly wishedAllowMedianMicros: number;
  readonly wishedAllowP99Micros: number;
  /** Of `continuo tokenize` as a whole process, default heap; 0 where it was not asked for. */
  readonly peakMegabytes: number;
  readonly longFileSeconds: number;
}

/**
 * Measures every tokenizer plugin with its default options, or the one that is named, and says which targets were missed.
 * Encoding and decoding are timed on the scores of a folder of MIDI files (default: the tests' own); the grammar along
 * random streams, once without a constraint, once with every field the plugin claims and once with each of them alone;
 * memory by `continuo tokenize --out` on a file of `megabytes` (0 leaves that out), `heap=300` telling that process how
 * many megabytes of objects it may keep. Rates are by processor time; `allow` and `advance` are single calls.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const names = builtInPlugins.filter(({ kind }) => kind === 'tokenizer').map(({ name }) => name);
  if (options.tokenizer !== undefined && !names.includes(options.tokenizer)) {
    throw new ContinuoError('badValue', `There is no tokenizer "${options.tokenizer}"; there are ${names.join(', ')}.`);
  }
  const scores = readScores(options.folder ?? join(repositoryRoot, 'test/fixtures/skytnt'), Number(options.files ?? 12));
  const tokenizers: Figures[] = [];
  const grammar: object[] = [];
  for (const name of options.tokenizer === undefined ? names : [options.tokenizer]) {
    const opened = await openTokenizer(name, optionsOf[name]);
    tokenizers.push(await measure(name, opened, scores, options));
    grammar.push(...measureFields(name, opened, Number(options.steps ?? 20_000)));
  }
  return { files: scores.length, tokenizers, grammar, missed: tokenizers.flatMap(missedTargets) };
}

interface Opened {
  readonly tokenizer: Tokenizer;
  readonly capabilities: readonly string[];
}

async function measure(name: string, { tokenizer, capabilities }: Opened, scores: readonly TickScore[], options: Readonly<Record<string, string>>): Promise<Figures> {
  const seconds = Number(options.seconds ?? 1);
  const steps = Number(options.steps ?? 20_000);
  const megabytes = Number(options.megabytes ?? 20);
  const encoded = scores.map((score) => tokenizer.encode(score));
  const wishes = wishesOf(capabilities);
  const free = timeGrammar(tokenizer, unconstrained, steps);
  const wished = timeGrammar(tokenizer, wishes, steps);
  const longFile = megabytes > 0 ? await tokenizeLongFile(name, megabytes, options.heap) : { peakMegabytes: 0, seconds: 0 };
  return {
    tokenizer: name,
    encodeTokensPerSecond: timeRepeatedly(seconds, () => scores.reduce((sum, score) => sum + tokenizer.encode(score).length, 0)),
    decodeTokensPerSecond: timeRepeatedly(seconds, () => {
      for (const ids of encoded) tokenizer.decode(ids);
      return encoded.reduce((sum, ids) => sum + ids.length, 0);
    }),
    streamTokensPerSecond: timeRepeatedly(seconds, () => {
      let count = 0;
      for (const ids of encoded) {
        const decoder = tokenizer.startDecoder(0);
        for (const id of ids) decoder.push(id);
        count += ids.length;
      }
      return count;
    }),
    allowMedianMicros: free.allowMicros.median,
    allowP99Micros: free.allowMicros.p99,
    advanceMedianMicros: free.advanceMicros.median,
    wishes: Object.keys(wishes).length,
    wishedAllowMedianMicros: wished.allowMicros.median,
    wishedAllowP99Micros: wished.allowMicros.p99,
    peakMegabytes: longFile.peakMegabytes,
    longFileSeconds: longFile.seconds,
  };
}

/** The cost of each field alone. */
function measureFields(name: string, { tokenizer, capabilities }: Opened, steps: number): object[] {
  return Object.entries(wishesOf(capabilities)).map(([field, wish]) => {
    const { median, p99 } = timeGrammar(tokenizer, { [field]: wish as unknown }, Math.ceil(steps / 4)).allowMicros;
    return { tokenizer: name, constraint: field, allowMedianMicros: median, allowP99Micros: p99 };
  });
}

function missedTargets(figures: Figures): string[] {
  const { tokenizer, encodeTokensPerSecond: encode, wishedAllowMedianMicros, allowMedianMicros, peakMegabytes } = figures;
  const allow = Math.max(allowMedianMicros, wishedAllowMedianMicros);
  return [
    ...(encode < targets.leastTokensPerSecond
      ? [`${tokenizer} encodes ${encode} tokens a second, ${targets.leastTokensPerSecond} is the least`]
      : encode < targets.tokensPerSecond
        ? [`${tokenizer} encodes ${encode} tokens a second, ${targets.tokensPerSecond} are wished for`]
        : []),
    ...(allow > targets.allowMicros ? [`${tokenizer} takes ${allow.toFixed(1)} us for what may come next, ${targets.allowMicros} is the most`] : []),
    ...(peakMegabytes > targets.peakMegabytes ? [`${tokenizer} takes ${peakMegabytes} MB for a long file, ${targets.peakMegabytes} is the most`] : []),
  ];
}

function readScores(folder: string, most: number): TickScore[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.mid')).sort();
  const step = Math.max(1, Math.floor(files.length / most));
  const chosen = files.filter((_, index) => index % step === 0).slice(0, most);
  return chosen.map((file) => readTickScore(readFileSync(join(folder, file))));
}

/** What the command line needs for a file of so many megabytes, as its user runs it. */
async function tokenizeLongFile(name: string, megabytes: number, heap: string | undefined): Promise<{ peakMegabytes: number; seconds: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'continuo-bench-'));
  try {
    const file = join(folder, 'long.mid');
    writeFileSync(file, longMidiFile(megabytes * 1e6));
    const module = fileURLToPath(new URL('./support/tokenize-watched.js', import.meta.url));
    const options = Object.entries(optionsOf[name] ?? {}).flatMap(([key, value]) => ['--option', `${key}=${String(value)}`]);
    const words = ['tokenize', file, '--tokenizer', name, ...options, '--out', join(folder, 'ids.bin')];
    return await figuresOfChild(module, words, heap === undefined ? [] : [`--max-old-space-size=${Number(heap)}`]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function figuresOfChild(module: string, words: readonly string[], execArgv: string[]): Promise<{ peakMegabytes: number; seconds: number }> {
  const child = fork(module, words, { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as { peakMegabytes: number; seconds: number }));
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new ContinuoError('modelFailed', `Tokenising the long file (${words.join(' ')}) ended with ${signal ?? code}.`));
    });
  });
}
