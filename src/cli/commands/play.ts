import type { Command } from 'commander';
import { loadConfiguration, type Configuration } from '../../engine/configuration.js';
import { engineContainer } from '../../engine/create-engine.js';
import { Engine } from '../../engine/engine.js';
import { builtInPlugins } from '../../plugins/manifest.js';
import { parseBpm } from '../arguments.js';
import { complain } from '../complain.js';
import { eventSentence } from '../terminal/event-sentence.js';
import { LiveTerminal } from '../terminal/live-terminal.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface PlayOptions {
  readonly config?: string;
  readonly pack?: string;
  readonly bpm?: number;
}

export function register(program: Command): void {
  program
    .command('play', { isDefault: true })
    .description('improvise until told to stop: what `npm start` runs')
    .option('--config <file>', 'configuration file (JSON)')
    .option('--pack <name>', 'pack to start with')
    .option('--bpm <n>', 'tempo of the internal clock', parseBpm)
    .action(play);
}

async function play(options: PlayOptions): Promise<void> {
  const engine = engineContainer(configurationOf(options), builtInPlugins).get(Engine);
  let quit = (): void => undefined;
  const ended = new Promise<void>((resolve) => (quit = resolve));
  // Kept, not once: a second signal (a group and its launcher are both told) must not cut the ending short.
  for (const signal of signals) process.on(signal, quit);
  // Who reads what is said may go (a pipe, a log): the music does not hang on that.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  // A library that calls process.exit, an error in the very ending: nobody asks then.
  process.once('exit', () => engine.lastWords());
  const hide = show(engine, quit);
  for (const crash of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(crash, (cause: unknown) => {
      hide();
      complain(`Continuo stops: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
      process.exitCode = 1;
      quit();
    });
  }
  try {
    await Promise.race([engine.start().then(() => ended), ended]);
  } finally {
    hide();
    // Whatever broke, no note may be left sounding: the send thread is alive and ends them all. A model that then does not let
    // the process go can be told so again.
    await engine.stop().finally(() => signals.forEach((signal) => process.off(signal, quit)));
  }
}

function configurationOf({ config, pack, bpm }: PlayOptions): Configuration {
  const configuration = loadConfiguration(config);
  return { ...configuration, ...(pack === undefined ? {} : { pack }), ...(bpm === undefined ? {} : { bpm }) };
}

/** A moving picture on a terminal, plain lines elsewhere. Returns what takes the picture away. */
function show(engine: Engine, quit: () => void): () => void {
  if (process.stdout.isTTY && process.stdin.isTTY) {
    const terminal = new LiveTerminal(engine, process.stdin, process.stdout, quit);
    terminal.start();
    process.once('exit', () => terminal.stop());
    return () => terminal.stop();
  }
  engine.parameters.onEvent((event) => {
    const sentence = eventSentence(event, engine.parameters.number('beats-per-bar'));
    if (sentence !== undefined) (event.type === 'error' ? process.stderr : process.stdout).write(`${sentence}\n`);
  });
  return () => undefined;
}
