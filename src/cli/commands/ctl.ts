import type { Command } from 'commander';
import { loadConfiguration, wireOptions } from '../../engine/configuration.js';
import { ContinuoError } from '../../engine/errors.js';
import { parameterTable } from '../../engine/parameters/table.js';
import { PluginRegistry } from '../../engine/plugins/plugin-registry.js';
import { builtInPlugins } from '../../plugins/manifest.js';
import { parseCount } from '../arguments.js';
import { ctlCommands, type Running } from '../control/ctl-commands.js';
import { session } from '../control/ctl-session.js';
import { tableHelp } from '../control/describe-entry.js';
import { EngineConnection } from '../control/engine-connection.js';

interface CtlOptions {
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly json?: boolean;
}

/** `continuo ctl`: a running engine from the command line. */
export function register(program: Command): void {
  const ctl = program
    .command('ctl')
    .summary('read, set and trigger anything of a running engine')
    .description(
      'Reads, sets and triggers anything of a running engine, over its WebSocket. Without a command it takes commands from its input, one a line. Addresses may be cut short as long as they stay clear ("temp" is deck/1/temperature), or be patterns ("deck/*/mute").',
    )
    .option('--config <file>', 'configuration of the engine: where it listens')
    .option('--host <name>', 'where the engine listens')
    .option('--port <n>', 'its WebSocket port', parseCount(1))
    .option('--json', 'print JSON and nothing else')
    .addHelpText('after', () => tableHelp(parameterTable));
  for (const { name, words, description, perform } of ctlCommands) {
    ctl
      .command(`${name} ${words}`)
      .description(name === 'watch' ? `${description}, until interrupted` : description)
      .action(async (...given: readonly unknown[]) => {
        // Commander adds the options and the command itself.
        const told = given.slice(0, -2).flat().filter((word) => word !== undefined) as string[];
        await connected(ctl.opts<CtlOptions>(), async (running) => {
          const run = () => perform(running, ...told);
          await (name === 'watch' ? untilInterrupted(running.engine, run) : run());
        });
      });
  }
  ctl.allowExcessArguments(false).action(async () => {
    await connected(ctl.opts<CtlOptions>(), async (running) => {
      if (!(await session(running, process.stdin, process.stdin.isTTY ? process.stdout : undefined))) process.exitCode = 1;
    });
  });
}

/** Listens until nobody wants to hear more. Errors: those of `listen`; `deviceLost` when the engine has gone. */
async function untilInterrupted(engine: EngineConnection, listen: () => Promise<void>): Promise<void> {
  let isWanted = true;
  const stop = (): void => {
    isWanted = false;
    engine.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  try {
    await listen();
    throw await engine.closed;
  } catch (cause) {
    if (isWanted) throw cause;
  }
}

async function connected(options: CtlOptions, perform: (running: Running) => Promise<void>): Promise<void> {
  const listen = placeOf(options);
  // Who reads the first lines only, by `head` say, has what he wanted.
  process.stdout.once('error', () => process.exit());
  const { engine, table: listings } = await EngineConnection.open(options.host ?? listen.host, options.port ?? listen.port);
  try {
    await perform({ engine, listings, json: options.json === true, write: (text) => void process.stdout.write(text) });
  } finally {
    engine.close();
  }
}

/** Errors: `badConfiguration` where the configuration has no such wire. */
function placeOf({ config }: CtlOptions): { readonly host: string; readonly port: number } {
  const websocket = new PluginRegistry(builtInPlugins).get('transport', 'websocket');
  const options = wireOptions(loadConfiguration(config), websocket);
  if (options !== false) return (options as { listen: { host: string; port: number } }).listen;
  throw new ContinuoError('badConfiguration', 'The WebSocket of the engine is off in its configuration, and `ctl` comes in by it.');
}
