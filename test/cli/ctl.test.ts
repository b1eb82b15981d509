import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import type { ControlSurface } from '../../src/engine/contracts/control-surface.js';
import type { Transport, TransportOffer } from '../../src/engine/contracts/transport.js';
import { ParameterStore } from '../../src/engine/parameters/parameter-store.js';
import { monotonicClock } from '../../src/engine/time/clock.js';
import { websocketOptionsSchema } from '../../src/transports/websocket/options.js';
import { WebSocketTransport } from '../../src/transports/websocket/websocket-transport.js';
import { Inbox } from '../transports/support/within.js';
import { cliFile, runCli } from './run-cli.js';

const portOf = ({ notices: [{ sentence }] }: TransportOffer): string => /:(\d+),/.exec(sentence)?.[1] ?? '';

describe('continuo ctl', () => {
  const store = new ParameterStore();
  let transport: Transport;
  let surface: ControlSurface;
  let port: string;
  const invoked: unknown[] = [];

  before(async () => {
    store.addDeck(1);
    store.addDeck(2);
    store.handle('deck/1/load', (values) => {
      invoked.push(...values);
    });
    transport = new WebSocketTransport({ options: websocketOptionsSchema.parse({ listen: { port: 0 } }), clock: monotonicClock, packs: () => [] });
    const offer = await transport.open();
    port = portOf(offer);
    [surface] = offer.controlSurfaces;
    surface.attach(store);
  });
  after(async () => {
    surface.detach();
    await transport.close();
  });

  const ctl = (...words: readonly string[]) => runCli('ctl', '--port', port, ...words);

  it('prints a value alone, several as a table, and all as JSON', async () => {
    assert.equal((await ctl('get', 'bpm')).stdout, '120\n');
    assert.equal((await ctl('get', 'bpm', 'deck/*/top-p')).stdout, 'bpm           120\ndeck/1/top-p  0.98\ndeck/2/top-p  0.98\n');
    assert.deepEqual(JSON.parse((await ctl('--json', 'get', 'deck/*/top-p')).stdout), { 'deck/1/top-p': 0.98, 'deck/2/top-p': 0.98 });
  });

  it('sets by a name cut short, below zero and by a pattern too', async () => {
    for (const words of [['tempera', '0.5'], ['transpose', '-3'], ['deck/*/density', '0.25']]) {
      const { code, stdout, stderr } = await ctl('set', ...words);
      assert.deepEqual([code, stdout, stderr], [0, '', ''], words.join(' '));
    }
    assert.deepEqual(['deck/1/temperature', 'deck/1/transpose', 'deck/1/density', 'deck/2/density'].map((address) => store.get(address)), [0.5, -3, 0.25, 0.25]);
  });

  it('triggers an action with its arguments', async () => {
    assert.equal((await ctl('invoke', 'load', 'perlin', 'now')).code, 0);
    assert.deepEqual(invoked, ['perlin', 'now']);
  });

  it('says what was wrong, on stderr, and ends with 1', async () => {
    for (const [words, reason] of [
      [['set', 'bpm', '5000'], /20 to 999 beats per minute, not 5000\. \(102\)/],
      [['get', 'nonsense'], /no address "nonsense"/],
      [['set', 'panic', '1'], /is an action: use invoke/],
      [['list', 'nothing/*'], /No address matches/],
    ] as const) {
      const { code, stdout, stderr } = await ctl(...words);
      assert.deepEqual([code, stdout], [1, ''], words.join(' '));
      assert.match(stderr, reason);
    }
    const { code, stderr } = await runCli('ctl', '--port', '1', 'get', 'bpm');
    assert.equal(code, 1);
    assert.match(stderr, /No engine answers at ws:\/\/127\.0\.0\.1:1: nothing listens there\. Start it/);
  });

  it('finds the engine by its configuration, whatever that says of wires from elsewhere', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'continuo-ctl-'));
    const file = join(folder, 'stage.json');
    const asked = (transports: object) => {
      writeFileSync(file, JSON.stringify({ plugins: ['./lights.js'], transports }));
      return runCli('ctl', '--config', file, 'get', 'bpm');
    };
    try {
      assert.deepEqual(await asked({ lights: { universe: 1 }, websocket: { listen: { port: Number(port) } } }), { code: 0, stdout: '120\n', stderr: '' });
      assert.match((await asked({ websocket: false })).stderr, /is off in its configuration/);
      assert.match((await asked({ websocket: { listen: { port: 'one' } } })).stderr, /transports\.websocket is wrong: /);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('lists what a pattern matches, or what stands under a name, and completes names', async () => {
    const { stdout } = await ctl('list', 'deck/*/mute');
    assert.match(stdout, /^ADDRESS.*\ndeck\/1\/mute +false +true\|false .*\ndeck\/2\/mute /);
    assert.deepEqual((JSON.parse((await ctl('--json', 'list', 'deck/2')).stdout) as { address: string }[]).map(({ address }) => address), store.addresses().filter((address) => address.startsWith('deck/2/')));
    assert.equal((await ctl('complete', 'deck/2/top')).stdout, 'deck/2/top-p\ndeck/2/top-k\n');
  });

  it('takes commands from its input, one a line, says what was wrong with one and goes on, and knows decks that have come', async () => {
    const child = spawn(process.execPath, [cliFile, 'ctl', '--port', port]);
    const lines = new Inbox<string>();
    const faults = new Inbox<string>();
    createInterface(child.stdout).on('line', (line) => lines.add(line));
    createInterface(child.stderr).on('line', (line) => faults.add(line));
    child.stdin.write('# a comment\n\nset chord C Eb G\nget chord\ninvoke load "per lin" \'\'\nset bpm 5000\nset\nsing\nget transpose\n');
    assert.equal(await lines.take('the chord'), 'C Eb G');
    assert.equal(await lines.take('the transposition'), '-3');
    assert.deepEqual(invoked.slice(-2), ['per lin', '']);
    for (const reason of [/20 to 999 beats per minute, not 5000\. \(102\)/, /Write set <address> <value>\./, /"sing" is no command: write get, set/]) {
      assert.match(await faults.take('what was wrong'), reason);
    }
    store.addDeck(3);
    child.stdin.write('get deck/3/transpose\nwatch horizon\n');
    assert.equal(await lines.take('the new deck'), '0');
    assert.match(await lines.take('what is watched'), /^horizon /);
    child.stdin.write('set horizon 11\nquit\nset bpm 1\n');
    assert.equal(await lines.take('the change'), 'horizon 11');
    const [code] = (await once(child, 'close')) as [number | null];
    assert.equal(code, 1);
    assert.equal((await ctl('sing')).code, 1);
  });

  it('does all that it was given where its input has ended already', async () => {
    const child = spawn(process.execPath, [cliFile, 'ctl', '--port', port], { stdio: ['pipe', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stdin.end('set chord C E G\nget chord\nset transpose 5\nget transpose');
    const [code] = (await once(child, 'close')) as [number | null];
    assert.deepEqual([code, stdout], [0, 'C E G\n5\n']);
  });

  it('says that the engine has gone where that goes while no command is given, or one listens', async () => {
    for (const words of [[], ['watch', 'horizon']]) {
      const own = new WebSocketTransport({ options: websocketOptionsSchema.parse({ listen: { port: 0 } }), clock: monotonicClock, packs: () => [] });
      const offer = await own.open();
      offer.controlSurfaces[0].attach(store);
      const child = spawn(process.execPath, [cliFile, 'ctl', '--port', portOf(offer), ...words]);
      const lines = new Inbox<string>();
      const faults = new Inbox<string>();
      createInterface(child.stdout).on('line', (line) => lines.add(line));
      createInterface(child.stderr).on('line', (line) => faults.add(line));
      const ended = once(child, 'close') as Promise<[number | null]>;
      child.stdin.write('get horizon\n');
      await lines.take('an answer');
      offer.controlSurfaces[0].detach();
      await own.close();
      assert.match(await faults.take('why it ends'), /^The engine at ws:.* has gone\.$/);
      assert.equal((await ended)[0], 1);
    }
  });

  it('watches what is now and every change, until it is interrupted', async () => {
    const child = spawn(process.execPath, [cliFile, 'ctl', '--port', port, '--json', 'watch', 'horizon', 'notice'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = new Inbox<string>();
    createInterface(child.stdout).on('line', (line) => lines.add(line));
    try {
      assert.deepEqual(JSON.parse(await lines.take('the value')), { address: 'horizon', value: store.get('horizon') });
      await store.write('bpm', [77], 'test');
      await store.write('horizon', [10], 'test');
      assert.deepEqual(JSON.parse(await lines.take('a change')), { address: 'horizon', value: 10 });
      store.emit({ type: 'notice', sentence: 'Something.' });
      assert.match(await lines.takeWhenever((line) => line.includes('notice')), /"sentence":"Something\."/);
    } finally {
      child.kill('SIGINT');
    }
    const [code] = (await once(child, 'exit')) as [number | null];
    assert.equal(code, 0);
  });

  it('ends well where it is interrupted as soon as it prints', async () => {
    const child = spawn(process.execPath, [cliFile, 'ctl', '--port', port, 'watch', 'horizon'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(createInterface(child.stdout), 'line');
    child.kill('SIGINT');
    assert.deepEqual(await once(child, 'close'), [0, null]);
  });
});
