import { addressMatcher, isPattern } from '../../engine/parameters/address-pattern.js';
import { ContinuoError } from '../../engine/errors.js';
import type { ParameterValue } from '../../engine/parameters/parameter.js';
import { table } from '../table.js';
import { usageOf } from './describe-entry.js';
import type { EngineConnection, EngineMessage, Listing } from './engine-connection.js';
import { completions, findAddress } from './find-address.js';

/** Columns of `list` are cut to so many characters. */
const widestNow = 20;
const widestUsage = 36;

/** An engine that answers, and how its answers are to be printed. */
export interface Running {
  readonly engine: EngineConnection;
  readonly listings: readonly Listing[];
  /** One line of JSON for each command, and nothing else. */
  readonly json: boolean;
  /** Takes what is to be printed, whole lines. */
  write(text: string): void;
}

/** What can be asked of a running engine. Errors: what the engine says is wrong; `unknownAddress`, `deviceLost`. */
export interface CtlCommand {
  readonly name: string;
  /** As the command line writes it. */
  readonly words: string;
  readonly description: string;
  /** At least so many words. */
  readonly least: number;
  perform(running: Running, ...words: readonly string[]): Promise<void>;
}

export const ctlCommands: readonly CtlCommand[] = [
  { name: 'get', words: '<address...>', least: 1, description: 'print values', perform: get },
  { name: 'set', words: '<address> <value>', least: 2, description: 'set a value', perform: set },
  { name: 'invoke', words: '<action> [arguments...]', least: 1, description: 'trigger an action', perform: invoke },
  { name: 'list', words: '[pattern]', least: 0, description: 'list addresses, what they take and what they are', perform: list },
  { name: 'watch', words: '[pattern...]', least: 0, description: 'print values and events as they change', perform: watch },
  { name: 'complete', words: '[prefix]', least: 0, description: 'print the addresses that begin so, one a line, for shells', perform: complete },
];

async function get({ engine, listings, json, write }: Running, ...given: readonly string[]): Promise<void> {
  const values = new Map<string, ParameterValue>();
  for (const word of given) {
    const answer = await engine.ask({ type: 'get', address: findAddress(addressesOf(listings), word) });
    if (answer.type === 'value') values.set(answer.address, answer.value);
    else if (answer.type === 'values') for (const [address, value] of Object.entries(answer.values)) values.set(address, value);
  }
  if (json) write(linesOf(JSON.stringify(Object.fromEntries(values))));
  else if (values.size === 1) write(linesOf(...[...values.values()].map(String)));
  else write(table([...values].map(([address, value]) => [address, String(value)])));
}

/** What has blanks in it may be written as it is. */
async function set({ engine, listings, json, write }: Running, given: string, ...words: readonly string[]): Promise<void> {
  const address = findAddress(addressesOf(listings), given);
  const value = words.join(' ');
  await engine.ask({ type: 'set', address, value });
  if (json) write(linesOf(JSON.stringify({ set: address })));
}

async function invoke({ engine, listings, json, write }: Running, given: string, ...values: readonly string[]): Promise<void> {
  const address = findAddress(addressesOf(listings), given);
  const answer = await engine.ask({ type: 'invoke', address, arguments: values });
  const reply = answer.type === 'reply' ? answer.values : [];
  if (json) write(linesOf(JSON.stringify({ invoked: address, reply })));
  else if (reply.length > 0) write(linesOf(reply.join(' ')));
}

async function list({ listings, json, write }: Running, pattern = '*'): Promise<void> {
  const matches = matcherOf(pattern);
  const wanted = listings.filter(({ address }) => matches(address));
  if (wanted.length === 0) throw new ContinuoError('unknownAddress', `No address matches "${pattern}".`);
  if (json) {
    write(linesOf(JSON.stringify(wanted)));
    return;
  }
  const rows = wanted.map((entry) => [
    entry.address,
    entry.kind === 'value' ? cut(String(entry.value), widestNow) : '',
    cut(usageOf(entry), widestUsage),
    entry.description,
  ]);
  write(table([['ADDRESS', 'NOW', 'TAKES', 'WHAT IT IS'], ...rows], process.stdout.columns));
}

/** What it hears it prints from now on. */
async function watch(running: Running, ...given: readonly string[]): Promise<void> {
  const { engine, listings } = running;
  const words = given.length === 0 ? ['*'] : given.map((word) => word.replace(/^\/continuo\//, ''));
  const matchers = words.map(matcherOf);
  const to = words.flatMap((word) => (isPattern(word) ? [word] : [word, `${word}/*`]));
  const wanted = listings.filter(({ address, value }) => value !== undefined && matchers.some((matches) => matches(address)));
  for (const { address, value = '' } of wanted) show({ type: 'value', address, value }, running);
  // Until the engine has heard what is wanted it tells everything.
  engine.heard = (message) => {
    const subject = message.type === 'value' ? message.address : message.type === 'event' ? message.event.type : '';
    if (matchers.some((matches) => matches(subject))) show(message, running);
  };
  await engine.ask({ type: 'listen', to });
}

async function complete({ listings, write }: Running, prefix = ''): Promise<void> {
  const addresses = addressesOf(listings);
  const begun = addresses.filter((address) => address.startsWith(prefix));
  write(linesOf(...(begun.length > 0 ? begun : completions(addresses, prefix))));
}

function show(message: EngineMessage, { json, write }: Running): void {
  if (message.type === 'value') write(linesOf(json ? JSON.stringify({ address: message.address, value: message.value }) : `${message.address} ${message.value}`));
  else if (message.type === 'event') {
    const { type, ...rest } = message.event;
    write(linesOf(json ? JSON.stringify({ event: message.event }) : `${type} ${JSON.stringify(rest)}`));
  }
}

/** A lone `*` is everything; what is no pattern matches itself and what begins with it. */
function matcherOf(pattern: string): (address: string) => boolean {
  if (pattern === '*') return () => true;
  return isPattern(pattern) ? addressMatcher(pattern) : (address) => address === pattern || address.startsWith(`${pattern}/`);
}

export function addressesOf(listings: readonly Listing[]): readonly string[] {
  return listings.map(({ address }) => address);
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

export function linesOf(...lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
