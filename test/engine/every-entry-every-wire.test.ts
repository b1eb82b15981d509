import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { scaleOf, valueAt } from '../../src/engine/controllers/controller-scale.js';
import { ContinuoError, errorCodes } from '../../src/engine/errors.js';
import type { ParameterStore } from '../../src/engine/parameters/parameter-store.js';
import type { ActionParameter, Parameter, ParameterValue, ValueParameter } from '../../src/engine/parameters/parameter.js';
import { parameterTable } from '../../src/engine/parameters/table.js';
import { type MidiControllers } from '../../src/transports/midi/midi-controllers.js';
import type { NamespaceNode } from '../../src/transports/oscquery/namespace.js';
import { CtlSession, runCli } from '../cli/run-cli.js';
import type { Listing } from '../../src/cli/control/engine-connection.js';
import { loadProtocolPage } from '../scripts/support/protocol-page.js';
import { type QueryPeer } from '../transports/oscquery/support.js';
import { type OscPeer } from '../transports/support/osc-peer.js';
import { until } from '../transports/support/within.js';
import { type WebSocketPeer } from '../transports/support/websocket-peer.js';
import { openTableStage, type TableStage } from './table-stage.js';

/** A wire, as a program on its other end sees it: it reads, and it writes and hears what was wrong with that, or nothing. */
interface Wire {
  readonly name: string;
  read(address: string): Promise<ParameterValue>;
  /** Resolves with the number of the error where it `isRefused`, whenever that comes, else with undefined once it is done. */
  write(address: string, values: readonly ParameterValue[], isRefused: boolean): Promise<number | undefined>;
}

describe('every entry of the table over every wire of a running engine', () => {
  let stage: TableStage;
  let store: ParameterStore;
  let knobs: MidiControllers;
  let wires: readonly Wire[];
  let socket: WebSocketPeer;
  let control: OscPeer;
  let query: QueryPeer;
  let webSocketPort: number;
  let ctl: CtlSession;
  /** As the engine has them when it has started: writing may make more. */
  let addresses: readonly string[];

  before(async () => {
    stage = await openTableStage(2);
    ({ store, knobs, control, socket, query, webSocketPort } = stage);
    addresses = store.addresses();
    ctl = new CtlSession('--port', String(webSocketPort), '--json');
    wires = [overOsc(control), overWebSocket(socket), overOscQuery(query), overCtl(ctl)];
  });
  after(async () => {
    await ctl.end();
    await stage.close();
  });

  const entriesOf = <Kind extends Parameter['kind']>(kind: Kind): readonly (readonly [address: string, entry: Extract<Parameter, { kind: Kind }>])[] =>
    addresses.flatMap((address) => {
      const entry = store.entry(address);
      return entry.kind === kind ? [[address, entry as Extract<Parameter, { kind: Kind }>] as const] : [];
    });

  it('is the table, once for the engine and once for each deck', () => {
    const expected = parameterTable.flatMap(({ scope, name }) => (scope === 'engine' ? [name] : [`deck/1/${name}`, `deck/2/${name}`]));
    assert.deepEqual([...addresses].sort(), expected.sort());
  });

  it('is read alike', async () => {
    for (const [address] of entriesOf('value')) {
      for (const { name, read } of wires) await assertReads(store, address, () => read(address), name);
    }
  });

  it('is set, or refused by the same number, alike', async () => {
    for (const [address, entry] of entriesOf('value')) {
      const original = store.get(address);
      const wanted = another(entry, original);
      const expected = await refusal(store, address, wanted);
      if (expected === undefined) await store.write(address, [original], 'test');
      for (const { name, write } of wires) {
        assert.equal(await write(address, [wanted], expected !== undefined), expected, `${address} ${String(wanted)} over ${name}`);
        if (expected !== undefined) continue;
        await until(`${address} is ${String(wanted)} by ${name}`, () => isSame(store.get(address), wanted));
        for (const other of wires) await assertReads(store, address, () => other.read(address), `${name}, read over ${other.name}`, wanted);
        await store.write(address, [original], 'test');
      }
    }
  });

  it('is moved by its controller through its whole range, and by no other', async () => {
    await store.write('pick-up', [false], 'test');
    for (const [address, entry] of entriesOf('value')) {
      if (entry.controller === undefined) continue;
      const original = store.get(address);
      const channel = channelOf(address);
      for (const [position, midi] of [[0, 0], [1, 127]] as const) {
        const wanted = valueAt(entry, position);
        if ((await refusal(store, address, wanted)) !== undefined) continue;
        await store.write(address, [another(entry, wanted)], 'test');
        knobs.receive(Uint8Array.of(0xb0 | channel, entry.controller, midi));
        await until(`controller ${entry.controller} moves ${address}`, () => store.get(address) === wanted);
      }
      await store.write(address, [original], 'test');
    }
    await store.write('pick-up', [true], 'test');
  });

  it('is described alike, and as docs/protocol.md has it', async () => {
    const page = (await loadProtocolPage())(parameterTable, errorCodes, scaleOf);
    const rows = new Map(page.split('\n').flatMap((line) => (line.startsWith('| `') ? [[line.slice(3, line.indexOf('`', 3)), line] as const] : [])));
    const answer = await socket.ask({ type: 'capabilities' });
    assert.ok(answer.type === 'capabilities');
    const listed = new Map(answer.parameters.map((listing) => [listing.address, listing]));
    assert.deepEqual([...listed.keys()], addresses);
    const overOscQuery = new Map(leaves((await (await query.get('/')).json()) as NamespaceNode).map((node) => [node.FULL_PATH, node]));
    const overCommandLine = (await ctl.ask('list')) as readonly Listing[];
    assert.deepEqual(overCommandLine.map(withoutValue), answer.parameters.map(withoutValue));
    const told = await capabilities(control);
    assert.deepEqual([...told.keys()], addresses);
    for (const address of addresses) {
      const entry = store.entry(address);
      const listing = listed.get(address);
      const row = rows.get(address.replace(/^deck\/\d+\//, 'deck/1/'));
      const node = overOscQuery.get(`/continuo/${address}`);
      const pairs = told.get(address);
      assert.ok(listing && row && node && pairs, `${address} is missing somewhere`);
      const cells = row.split(' | ');
      assert.ok(row.endsWith(`${entry.description.replaceAll('|', '\\|')} |`), address);
      assert.deepEqual([listing.description, node.DESCRIPTION, pairs.get('description')], Array(3).fill(entry.description), address);
      assert.deepEqual([listing.kind, pairs.get('kind'), listing.controller, pairs.get('controller')], [entry.kind, entry.kind, entry.controller, entry.controller], address);
      if (entry.kind === 'action') {
        const words = entry.arguments.map(({ name, optional }) => (optional ? `[${name}]` : name));
        const more = entry.words ? ['…'] : [];
        assert.equal(cells[1], [...words, ...more].join(' '), address);
        const typedWords = entry.arguments.map(({ name, type, optional }) => (optional ? `[${name}:${type}]` : `${name}:${type}`));
        assert.equal(pairs.get('arguments'), [...typedWords, ...more].join(' '), address);
        assert.equal(node.ACCESS, 2, address);
        continue;
      }
      assert.ok(listing.kind === 'value');
      assert.deepEqual([listing.type, pairs.get('type'), listing.unit, pairs.get('unit') ?? '', cells[3]], [entry.type, entry.type, entry.unit, entry.unit, entry.unit], address);
      assert.equal(cells[2], entry.readOnly ? 'read only' : `\`${String(entry.default)}\``, address);
      assert.equal(node.ACCESS, entry.readOnly ? 1 : 3, address);
      const range = node.RANGE?.[0] ?? {};
      assert.deepEqual([listing.minimum, range.MIN], [entry.minimum, entry.minimum], address);
      assert.deepEqual([listing.maximum, range.MAX], [entry.maximum, entry.maximum], address);
      assert.deepEqual([listing.choices, range.VALS], [entry.choices, entry.choices], address);
      assert.equal(await tagOf(control, address), cells[4].replaceAll('`', ''), address);
    }
  });

  it('says in the help of ctl what it takes', async () => {
    const { stdout } = await runCli('ctl', '--help');
    for (const { name, scope } of parameterTable) assert.match(stdout, new RegExp(`^  ${scope === 'deck' ? 'deck/<number>/' : ''}${name}( |$)`, 'm'));
  });

  // Last: what the actions do is done elsewhere. Here it counts that they arrive, and from here on they do nothing else.
  it('is triggered with its arguments alike, by its button too, and refused with too many', async () => {
    const done: (readonly ParameterValue[])[] = [];
    for (const [address] of entriesOf('action')) {
      store.handle(address, (values) => {
        done.push(values);
      });
    }
    for (const [address, entry] of entriesOf('action')) {
      const values = entry.arguments.map(sample);
      for (const { name, write } of wires) {
        done.length = 0;
        assert.equal(await write(address, values, false), undefined, `${address} over ${name}`);
        await until(`${address} comes over ${name}`, () => done.length === 1);
        done[0].forEach((value, index) => assertSame(value, values[index], `${address} over ${name}`));
        if (!entry.words) assert.equal(await write(address, [...values, 1, 2], true), errorCodes.badValue, `${address} with too much, over ${name}`);
      }
      if (entry.controller === undefined) continue;
      done.length = 0;
      knobs.receive(Uint8Array.of(0xb0 | channelOf(address), entry.controller, 127));
      await until(`${address} comes by its button`, () => done.length === 1);
    }
  });
});

function overOsc(peer: OscPeer): Wire {
  const next = async (path: string): Promise<readonly unknown[]> => (await peer.next(`/continuo/${path}`)).values;
  return {
    name: 'OSC',
    async read(address) {
      peer.send(`/continuo/${address}`);
      return (await next(address))[0] as ParameterValue;
    },
    async write(address, values, isRefused) {
      peer.send(`/continuo/${address}`, ...values);
      return await errorOf(isRefused, () => peer.send('/continuo/no-such-address', 1), () => next('error'));
    },
  };
}

function overOscQuery(peer: QueryPeer): Wire {
  return {
    name: 'OSCQuery',
    async read(address) {
      const { VALUE } = (await (await peer.get(`/continuo/${address}?VALUE`)).json()) as NamespaceNode;
      return VALUE?.[0] as ParameterValue;
    },
    async write(address, values, isRefused) {
      peer.send(`/continuo/${address}`, ...values);
      return await errorOf(isRefused, () => peer.send('/continuo/no-such-address', 1), async () => (await peer.next('/continuo/error')).values);
    },
  };
}

function overWebSocket(peer: WebSocketPeer): Wire {
  return {
    name: 'WebSocket',
    async read(address) {
      const answer = await peer.ask({ type: 'get', address });
      return answer.type === 'value' ? answer.value : assert.fail(JSON.stringify(answer));
    },
    async write(address, values) {
      const isAction = actionAddresses.has(address.replace(/^deck\/\d+\//, 'deck/'));
      const answer = await peer.ask(isAction ? { type: 'invoke', address, arguments: values } : { type: 'set', address, value: values[0] });
      return answer.type === 'error' ? answer.code : undefined;
    },
  };
}

/** A session of the command line in a process of its own, as a script has it. */
function overCtl(session: CtlSession): Wire {
  return {
    name: 'ctl',
    async read(address) {
      return ((await session.ask('get', address)) as Readonly<Record<string, ParameterValue>>)[address];
    },
    async write(address, values) {
      const isAction = actionAddresses.has(address.replace(/^deck\/\d+\//, 'deck/'));
      return ((await session.ask(isAction ? 'invoke' : 'set', address, ...values)) as { readonly code?: number }).code;
    },
  };
}

function withoutValue({ value: _value, ...listing }: Listing): Omit<Listing, 'value'> {
  return listing;
}

const actionAddresses = new Set(parameterTable.filter(({ kind }) => kind === 'action').map(({ scope, name }) => (scope === 'deck' ? `deck/${name}` : name)));

/** The number of the next error; where none is to come, undefined if the next is the one that is provoked after it. */
async function errorOf(isRefused: boolean, provoke: () => void, next: () => Promise<readonly unknown[]>): Promise<number | undefined> {
  if (!isRefused) provoke();
  const [code, text] = await next();
  return !isRefused && String(text).includes('no-such-address') ? undefined : (code as number);
}

async function capabilities(peer: OscPeer): Promise<ReadonlyMap<string, ReadonlyMap<string, unknown>>> {
  peer.send('/continuo/capabilities');
  const [count] = (await peer.next('/continuo/capabilities')).values;
  const told = new Map<string, ReadonlyMap<string, unknown>>();
  while (told.size < (count as number)) {
    const [address, ...pairs] = (await peer.next('/continuo/capability')).values;
    told.set(address as string, new Map(pairs.flatMap((name, index) => (index % 2 === 0 ? [[name as string, pairs[index + 1]] as const] : []))));
  }
  return told;
}

async function tagOf(peer: OscPeer, address: string): Promise<string> {
  peer.send(`/continuo/${address}`);
  return (await peer.next(`/continuo/${address}`)).tags;
}

function leaves(node: NamespaceNode): readonly NamespaceNode[] {
  return node.CONTENTS ? Object.values(node.CONTENTS).flatMap(leaves) : [node];
}

function channelOf(address: string): number {
  return Number(/^deck\/(\d+)\//.exec(address)?.[1] ?? 1) - 1;
}

/** The number by which the engine itself refuses a value; undefined where it takes it. */
async function refusal(store: ParameterStore, address: string, value: ParameterValue): Promise<number | undefined> {
  try {
    await store.write(address, [value], 'test');
    return undefined;
  } catch (error) {
    return ContinuoError.from(error, 'badMessage').code;
  }
}

/** A value that is not the present one. Text stays: most of it names something. */
function another(entry: ValueParameter, present: ParameterValue): ParameterValue {
  const { minimum = 0, maximum = 1000 } = entry;
  switch (entry.type) {
    case 'boolean':
      return !present;
    case 'text':
      return present;
    case 'choice':
      return entry.choices?.find((choice) => choice !== present) ?? present;
    case 'integer':
      return present === minimum ? minimum + 1 : minimum;
    case 'float': {
      // Not every wire has 64 bits: a value that a 32-bit float holds exactly.
      const [quarter, half] = [0.25, 0.5].map((share) => Math.fround(minimum + (maximum - minimum) * share));
      return present === quarter ? half : quarter;
    }
  }
}

function sample({ type }: ActionParameter['arguments'][number], index: number): ParameterValue {
  return { boolean: true, text: `text-${index}`, integer: 3 + index, float: 0.5 + index }[type];
}

/** Figures may move between two readings: then the next reading counts. */
async function assertReads(store: ParameterStore, address: string, read: () => Promise<ParameterValue>, how: string, wanted?: ParameterValue): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const before = store.get(address);
    const got = await read();
    const moved = store.get(address) !== before;
    if (!moved || attempt === 5) {
      assertSame(got, wanted ?? before, `${address} over ${how}`);
      return;
    }
  }
}

function assertSame(actual: ParameterValue, expected: ParameterValue, what: string): void {
  assert.ok(isSame(actual, expected), `${what}: ${String(actual)} is not ${String(expected)}`);
}

/** The same as far as a 32-bit float can say; a wire without booleans says 1 and 0; OSC ends long text. */
function isSame(actual: ParameterValue, expected: ParameterValue): boolean {
  if (typeof expected === 'number' && typeof actual === 'number') return Math.abs(actual - expected) <= Math.abs(expected) * 1e-6;
  if (typeof expected === 'boolean') return Boolean(actual) === expected;
  return String(actual).slice(0, 1024) === String(expected).slice(0, 1024);
}
