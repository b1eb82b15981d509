import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { ContinuoError } from '../../engine/errors.js';
import { repositoryRoot } from '../../engine/paths.js';
import { figures } from '../figures.js';

interface BenchOptions {
  readonly json?: boolean;
}

/** What a module in bench/ exports. */
interface BenchModule {
  /** One sentence: what is measured. */
  readonly summary?: string;
  /** Measures; `options` are the words after the topic, as `key=value` pairs. */
  run(options: Readonly<Record<string, string>>): Promise<object>;
}

const folder = join(repositoryRoot, 'dist', 'bench');

/** `continuo bench`: figures of this machine. Each topic is a module in bench/ that exports `run`. */
export function register(program: Command): void {
  program
    .command('bench')
    .summary('measure this machine')
    .description('Without a topic, lists the topics there are. Options of a topic are given as key=value, e.g. seconds=60.')
    .argument('[topic]', 'what to measure')
    .argument('[options...]', 'key=value')
    .option('--json', 'print one JSON document and nothing else')
    .action(bench);
}

async function bench(topic: string | undefined, words: readonly string[], { json }: BenchOptions): Promise<void> {
  const topics = await listTopics();
  if (topic === undefined) {
    const summaries = await Promise.all(topics.map(async (name) => ({ topic: name, summary: (await load(name)).summary ?? '' })));
    process.stdout.write(json ? `${JSON.stringify(summaries)}\n` : summaries.map(({ topic: name, summary }) => `${name.padEnd(12)} ${summary}\n`).join(''));
    return;
  }
  if (!topics.includes(topic)) {
    throw new ContinuoError('badValue', `There is no topic "${topic}"; there are ${topics.join(', ') || 'none'}.`);
  }
  const result = await (await load(topic)).run(pairs(words));
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${figures(result)}\n`);
}

async function listTopics(): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js')).map((name) => basename(name, '.js'));
  return names.sort();
}

async function load(topic: string): Promise<BenchModule> {
  return (await import(pathToFileURL(join(folder, `${topic}.js`)).href)) as BenchModule;
}

function pairs(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new ContinuoError('badValue', `"${word}" is no option; write key=value, such as seconds=60.`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}
