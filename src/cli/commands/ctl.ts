import type { Command } from 'commander';
import { loadConfiguration, transportOptions } from '../../engine/configuration.js';
import { ContinuoError } from '../../engine/errors.js';
import { addressMatcher, isPattern } from '../../engine/parameters/address-pattern.js';
import type { ParameterValue } from '../../engine/parameters/parameter.js';
import { parameterTable } from '../../engine/parameters/table.js';
import { PluginRegistry } from '../../engine/plugins/plugin-registry.js';
import { builtInPlugins } from '../../plugins/manifest.js';
import { parseCount } from '../arguments.js';
import { tableHelp, usageOf } from '../control/describe-entry.js';
import { EngineConnection, type EngineMessage, type Listing } from '../control/engine-connection.js';
import { completions, findAddress } from '../control/find-address.js';
import { table } from '../table.js';

/** Columns of `list` are cut to so many characters. */
const widestNow = 20;
const widestUsage = 36;

interface CtlOptions {
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly json?: boolean;
}

interface Running {
  readonly engine: EngineConnection;
  readonly listings: readonly Listing[];
  readonly json: boolean;
}

/** `continuo ctl`: a running engine from the command line. */
export function register(program: Command): void {
  const ctl = program
    .command('ctl')
    .summary('read, set and trigger anything of a running engine')
    .description(
      'Reads, sets and triggers anything of a running engine, over its WebSocket. Addresses may be cut short as long as they stay clear ("temp" is deck/1/temperature), or be patterns ("deck/*/mute").',
    )
    .option('--config <file>', 'configuration of the engine: where it listens')
    .option('--host <name>', 'where the engine listens')
    .option('--port <n>', 'its WebSocket port', parseCount(1))
    .option('--json', 'print JSON and nothing else')
    .addHelpText('after', () => tableHelp(parameterTable));
  const command = (usage: string, description: string, perform: (running: Running, ...words: readonly string[]) => Promise<void>): void => {
    ctl
      .command(usage)
      .description(description)
      .action(async (...given: readonly unknown[]) => {
        // Commander adds the options and the command itself.
        const words = given.slice(0, -2).flat().filter((word) => word !== undefined) as string[];
        await connected(ctl.opts<CtlOptions>(), (running) => perform(running, ...words));
      });
  };
  command('get <address...>', 'print values', get);
  command('set <address> <value>', 'set a value', set);
  command('invoke <action> [arguments...]', 'trigger an action', invoke);
  command('list [pattern]', 'list addresses, what they take and what they are', list);
  command('watch [pattern...]', 'print values and events as they change, until interrupted', watch);
  command('complete [prefix]', 'print the addresses that begin so, one a line, for shells', complete);
}

async function connected(options: CtlOptions, perform: (running: Running) => Promise<void>): Promise<void> {
  const listen = placeOf(options);
  // Who reads the first lines only, by `head` say, has what he wanted.
  process.stdout.once('error', () => process.exit());
  const { engine, table: listings } = await EngineConnection.open(options.host ?? listen.host, options.port ?? listen.port);
  try {
    await perform({ engine, listings, json: options.json === true });
  } finally {
    engine.close();
  }
}

/** Errors: `badConfiguration` where the configuration has no such wire. */
function placeOf({ config }: CtlOptions): { readonly host: string; readonly port: number } {
  const configuration = loadConfiguration(config);
  for (const [wire, options] of transportOptions(configuration, new PluginRegistry(builtInPlugins))) {
    if (wire.name === 'websocket' && options !== false) return (options as { listen: { host: string; port: number } }).listen;
  }
  throw new ContinuoError('badConfiguration', 'The WebSocket of the engine is off in its configuration, and `ctl` comes in by it.');
}

async function get({ engine, listings, json }: Running, ...given: readonly string[]): Promise<void> {
  const values = new Map<string, ParameterValue>();
  for (const word of given) {
    const answer = await engine.ask({ type: 'get', address: findAddress(addressesOf(listings), word) });
    if (answer.type === 'value') values.set(answer.address, answer.value);
    else if (answer.type === 'values') for (const [address, value] of Object.entries(answer.values)) values.set(address, value);
  }
  if (json) print(JSON.stringify(Object.fromEntries(values)));
  else if (values.size === 1) print(...[...values.values()].map(String));
  else process.stdout.write(table([...values].map(([address, value]) => [address, String(value)])));
}

async function set({ engine, listings, json }: Running, given: string, value: string): Promise<void> {
  const address = findAddress(addressesOf(listings), given);
  await engine.ask({ type: 'set', address, value });
  if (json) print(JSON.stringify({ set: address }));
}

async function invoke({ engine, listings, json }: Running, given: string, ...values: readonly string[]): Promise<void> {
  const address = findAddress(addressesOf(listings), given);
  const answer = await engine.ask({ type: 'invoke', address, arguments: values });
  const reply = answer.type === 'reply' ? answer.values : [];
  if (json) print(JSON.stringify({ invoked: address, reply }));
  else if (reply.length > 0) print(reply.join(' '));
}

async function list({ listings, json }: Running, pattern = '*'): Promise<void> {
  const matches = matcherOf(pattern);
  const wanted = listings.filter(({ address }) => matches(address));
  if (wanted.length === 0) throw new ContinuoError('unknownAddress', `No address matches "${pattern}".`);
  if (json) {
    print(JSON.stringify(wanted));
    return;
  }
  const rows = wanted.map((entry) => [
    entry.address,
    entry.kind === 'value' ? cut(String(entry.value), widestNow) : '',
    cut(usageOf(entry), widestUsage),
    entry.description,
  ]);
  process.stdout.write(table([['ADDRESS', 'NOW', 'TAKES', 'WHAT IT IS'], ...rows], process.stdout.columns));
}

async function watch({ engine, listings, json }: Running, ...given: readonly string[]): Promise<void> {
  const words = given.length === 0 ? ['*'] : given.map((word) => word.replace(/^\/continuo\//, ''));
  const matchers = words.map(matcherOf);
  const to = words.flatMap((word) => (isPattern(word) ? [word] : [word, `${word}/*`]));
  const wanted = listings.filter(({ address, value }) => value !== undefined && matchers.some((matches) => matches(address)));
  for (const { address, value = '' } of wanted) show({ type: 'value', address, value }, json);
  // Until the engine has heard what is wanted it tells everything.
  engine.heard = (message) => {
    const subject = message.type === 'value' ? message.address : message.type === 'event' ? message.event.type : '';
    if (matchers.some((matches) => matches(subject))) show(message, json);
  };
  await engine.ask({ type: 'listen', to });
  const stop = (): void => engine.close();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  await engine.closed;
}

async function complete({ listings }: Running, prefix = ''): Promise<void> {
  const addresses = addressesOf(listings);
  const begun = addresses.filter((address) => address.startsWith(prefix));
  print(...(begun.length > 0 ? begun : completions(addresses, prefix)));
}

function show(message: EngineMessage, json: boolean): void {
  if (message.type === 'value') print(json ? JSON.stringify({ address: message.address, value: message.value }) : `${message.address} ${message.value}`);
  else if (message.type === 'event') {
    const { type, ...rest } = message.event;
    print(json ? JSON.stringify({ event: message.event }) : `${type} ${JSON.stringify(rest)}`);
  }
}

/** A lone `*` is everything; what is no pattern matches itself and what begins with it. */
function matcherOf(pattern: string): (address: string) => boolean {
  if (pattern === '*') return () => true;
  return isPattern(pattern) ? addressMatcher(pattern) : (address) => address === pattern || address.startsWith(`${pattern}/`);
}

function addressesOf(listings: readonly Listing[]): readonly string[] {
  return listings.map(({ address }) => address);
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

function print(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
