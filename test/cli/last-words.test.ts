import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readPacket } from '../../src/transports/osc/osc-packet.js';

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const enoughNotes = 12;
const limitMillis = 120_000;

/** What a bad plugin may do to the main thread, whenever it is poked. */
const mishaps = {
  throws: `process.on('SIGUSR2', () => { throw new Error('the plugin is broken'); });`,
  rejects: `process.on('SIGUSR2', () => { Promise.reject(new Error('the plugin is broken')); });`,
  exits: `process.on('SIGUSR2', () => process.exit(3));`,
  harmless: '',
} as const;

/** Windows ends a process without telling it. */
describe('continuo play, when something ends it while notes sound', { skip: process.platform === 'win32' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'continuo-last-words-'));
  after(() => rmSync(folder, { recursive: true }));

  /** Plays until some notes have been heard and at least one sounds, then pokes; what was left sounding. */
  async function poked(mishap: keyof typeof mishaps, signal: NodeJS.Signals): Promise<{ code: number | null; hanging: string[]; heard: number }> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const plugin = join(folder, `${mishap}.js`);
    const file = join(folder, `${mishap}.json`);
    writeFileSync(plugin, `${mishaps[mishap]}\nexport default [];\n`);
    const destinations = [{ name: 'synth', port: socket.address().port, delivery: 'when-due' }];
    const transports = { midi: false, oscquery: false, websocket: false, link: false, osc: { listen: { port: 0 }, destinations } };
    writeFileSync(file, JSON.stringify({ pack: 'perlin', takes: false, plugins: [plugin], transports }));
    const child = spawn(process.execPath, [main, 'play', '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    const sounding = new Set<string>();
    let heard = 0;
    let isPoked = false;
    socket.on('message', (datagram) => {
      for (const { address, values } of readPacket(datagram)) {
        if (address === '/continuo/note') sounding.add(String(values.at(-1)));
        if (address === '/continuo/note/off') sounding.delete(String(values.at(-1)));
        if (address === '/continuo/note') heard += 1;
        if (isPoked || heard < enoughNotes || sounding.size === 0) continue;
        isPoked = true;
        child.kill(signal);
      }
    });
    const limit = setTimeout(() => child.kill('SIGKILL'), limitMillis);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(limit);
    // What the kernel holds of a process that is gone is still to be read.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    socket.close();
    assert.ok(isPoked, `it never played: ${said}`);
    return { code, heard, hanging: [...sounding] };
  }

  it('tells what broke first, though the ending breaks as well', async () => {
    const plugin = join(folder, 'stuck.js');
    const wire = `{ name: 'stuck', open: async () => ({ outputs: [], syncSources: [], controlSurfaces: [], notices: [] }), close: async () => { throw new Error('the wire is stuck'); } }`;
    writeFileSync(join(folder, 'stuck-wire.js'), `export default ({ bind }) => bind(Symbol.for('continuo.Transport')).toConstantValue(${wire});\n`);
    writeFileSync(plugin, `${mishaps.throws}
      export default [{ kind: 'transport', name: 'stuck', summary: 'It is stuck.', capabilities: [], optionsSchema: { type: 'object' }, implementation: new URL('./stuck-wire.js', import.meta.url).href }];\n`);
    const file = join(folder, 'stuck.json');
    const transports = { midi: false, oscquery: false, websocket: false, link: false, osc: false };
    writeFileSync(file, JSON.stringify({ pack: 'perlin', takes: false, plugins: [plugin], transports }));
    const child = spawn(process.execPath, [main, 'play', '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let isPoked = false;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stdout.setEncoding('utf8').on('data', () => {
      if (!isPoked) child.kill('SIGUSR2');
      isPoked = true;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    assert.equal(code, 1, said);
    assert.match(said, /the plugin is broken[^]*the wire is stuck/);
  });

  const cases: readonly [string, keyof typeof mishaps, NodeJS.Signals, number][] = [
    ['SIGINT', 'harmless', 'SIGINT', 0],
    ['SIGTERM', 'harmless', 'SIGTERM', 0],
    ['SIGHUP, as a terminal is closed', 'harmless', 'SIGHUP', 0],
    ['an exception that nobody catches', 'throws', 'SIGUSR2', 1],
    ['a promise that nobody waits for', 'rejects', 'SIGUSR2', 1],
    ['a library that ends the process', 'exits', 'SIGUSR2', 3],
  ];
  for (const [what, mishap, signal, exitCode] of cases) {
    it(`ends every note first: ${what}`, async () => {
      const { code, hanging } = await poked(mishap, signal);
      assert.deepEqual(hanging, []);
      assert.equal(code, exitCode);
    });
  }
});
