import { fork } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ContinuoError } from '../src/engine/errors.js';
import { readTickScore } from '../src/engine/midi-file/read-midi-file.js';
import type { MusicConstraint } from '../src/engine/music/constraint.js';
import { unconstrained } from '../src/engine/music/constraint.js';
import type { TickScore } from '../src/engine/music/tick-score.js';
import { repositoryRoot } from '../src/engine/paths.js';
import { builtInPlugins } from '../src/plugins/manifest.js';
import { openTokenizer } from './support/open-tokenizer.js';
import { wishesOf } from './support/tokenizer-wishes.js';
import { timeGrammar, timeRepeatedly } from './support/tokenizer-timing.js';

export const summary =
  'tokens a second, cost of the grammar, memory for a 20 MB file: tokenizer=NAME folder=DIR files=12 seconds=1 steps=20000 megabytes=20 heap=MEGABYTES';

/**
 * Measures every tokenizer plugin with its default options, or the one that is named. Encoding and decoding are timed on
 * the scores of a folder of MIDI files (default: the tests' own); the grammar along random streams, once without a
 * constraint and once with every field the plugin claims; memory in a process of its own that reads and encodes one
 * long file (`megabytes=0` leaves that out). Node frees memory late where there is plenty: `heap=300` tells that process
 * how many megabytes of objects it may keep, and so what it needs. Rates are by
 * processor time; `allowMicros` and `advanceMicros` are of single calls.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const names = builtInPlugins.filter(({ kind }) => kind === 'tokenizer').map(({ name }) => name);
  if (options.tokenizer !== undefined && !names.includes(options.tokenizer)) {
    throw new ContinuoError('badValue', `There is no tokenizer "${options.tokenizer}"; there are ${names.join(', ')}.`);
  }
  const scores = readScores(options.folder ?? join(repositoryRoot, 'test/fixtures/skytnt'), Number(options.files ?? 12));
  const rows = [];
  // What is made of a file of its own has no defaults to measure.
  const measured = names.filter((name) => name !== 'miditok');
  for (const name of options.tokenizer === undefined ? measured : [options.tokenizer]) rows.push(await measure(name, scores, options));
  return { files: scores.length, tokenizers: rows };
}

async function measure(name: string, scores: readonly TickScore[], options: Readonly<Record<string, string>>): Promise<object> {
  const { tokenizer, capabilities } = await openTokenizer(name);
  const seconds = Number(options.seconds ?? 1);
  const steps = Number(options.steps ?? 20_000);
  const megabytes = Number(options.megabytes ?? 20);
  const encoded = scores.map((score) => tokenizer.encode(score));
  const wishes = wishesOf(capabilities);
  return {
    tokenizer: name,
    encodedTokens: encoded.reduce((sum, ids) => sum + ids.length, 0),
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
    grammar: grammarRows({ unconstrained, wishes }).map(([constraint, wish]) => ({
      constraint,
      fields: Object.keys(wish).length,
      ...timeGrammar(tokenizer, wish, steps),
    })),
    ...(megabytes > 0 && { longFile: await encodeLongFile(name, megabytes, options.heap) }),
  };
}

function grammarRows(constraints: Readonly<Record<string, MusicConstraint>>): [string, MusicConstraint][] {
  return Object.entries(constraints);
}

function readScores(folder: string, most: number): TickScore[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.mid')).sort();
  const step = Math.max(1, Math.floor(files.length / most));
  const chosen = files.filter((_, index) => index % step === 0).slice(0, most);
  return chosen.map((file) => readTickScore(readFileSync(join(folder, file))));
}

/** What a fresh process says that reads and encodes a file of so many megabytes. */
function encodeLongFile(name: string, megabytes: number, heap: string | undefined): Promise<object> {
  const module = fileURLToPath(new URL('./support/encode-long-file.js', import.meta.url));
  const execArgv = heap === undefined ? [] : [`--max-old-space-size=${Number(heap)}`];
  const child = fork(module, [name, String(megabytes)], { execArgv });
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as object));
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new ContinuoError('modelFailed', `Encoding ${megabytes} MB with ${name} ended with ${signal ?? code}.`));
    });
  });
}
