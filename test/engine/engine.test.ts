import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { z } from 'zod';
import { loadConfiguration, type Configuration } from '../../src/engine/configuration.js';
import { engineContainer } from '../../src/engine/create-engine.js';
import { Engine } from '../../src/engine/engine.js';
import { ContinuoError } from '../../src/engine/errors.js';
import type { PluginDescriptor } from '../../src/engine/contracts/plugin.js';
import type { EngineEvent } from '../../src/engine/events.js';
import { repositoryRoot } from '../../src/engine/paths.js';
import { builtInPlugins } from '../../src/plugins/manifest.js';

const quietWires = { midi: false, oscquery: false, osc: { listen: { port: 0 }, destinations: [] }, websocket: { listen: { port: 0 } } } as const;

function engineWith(changes: Partial<Configuration>, plugins = builtInPlugins): { engine: Engine; events: EngineEvent[] } {
  const engine = engineContainer({ ...loadConfiguration(), transports: quietWires, ...changes }, plugins).get(Engine);
  const events: EngineEvent[] = [];
  engine.parameters.onEvent((event) => events.push(event));
  return { engine, events };
}

/** Resolves at the first event that `wanted` accepts, from now on. */
function heard(engine: Engine, wanted: (event: EngineEvent) => boolean): Promise<EngineEvent> {
  return new Promise((resolve) => {
    const forget = engine.parameters.onEvent((event) => {
      if (!wanted(event)) return;
      forget();
      resolve(event);
    });
  });
}

/** A copy of a pack whose weights have one byte changed. */
function damagedPack(folder: string): string {
  const pack = join(folder, 'tiny-lm');
  const source = join(repositoryRoot, 'test', 'fixtures', 'packs', 'tiny-lm');
  mkdirSync(pack);
  copyFileSync(join(source, 'pack.json'), join(pack, 'pack.json'));
  const { files } = JSON.parse(readFileSync(join(source, 'pack.json'), 'utf8')) as { files: { path: string }[] };
  for (const { path } of files) {
    const bytes = readFileSync(join(source, path));
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(join(pack, path), bytes);
  }
  return 'tiny-lm';
}

describe('Engine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'continuo-engine-'));
  after(() => rmSync(folder, { recursive: true }));

  it('plays as soon as it has started, on the clock of its own, and stops when told', async () => {
    const { engine } = engineWith({ pack: 'perlin', bpm: 140 });
    await engine.start();
    assert.equal(engine.parameters.get('playing'), true);
    assert.equal(engine.parameters.get('leader'), 'internal');
    assert.equal(engine.parameters.get('bpm'), 140);
    assert.equal(engine.decks[0].pack, 'perlin');
    await engine.parameters.write('stop', [], 'test');
    assert.equal(engine.parameters.get('playing'), false);
    await engine.stop();
  });

  it('states once what a device did that comes and goes all night, the latest last', async () => {
    // A wire with a bad cable.
    const implementation = `data:text/javascript,${encodeURIComponent(`
      const offer = { outputs: [], syncSources: [], controlSurfaces: [], notices: [] };
      const watch = (watcher) => { for (let night = 0; night < 50; night += 1) for (const sentence of ['It is gone.', 'It is back.']) watcher.notice({ level: 'off', sentence }); };
      export default ({ bind }) => bind(Symbol.for('continuo.Transport')).toConstantValue({ name: 'cable', open: async () => offer, watch, close: async () => undefined });
    `)}`;
    const cable: PluginDescriptor = { kind: 'transport', name: 'cable', summary: 'A bad cable.', capabilities: [], optionsSchema: z.object({}), implementation };
    const { engine, events } = engineWith({ pack: 'perlin' }, [...builtInPlugins, cable]);
    await engine.start();
    const told = engine.notices.map(({ sentence }) => sentence).filter((sentence) => sentence.startsWith('It is'));
    assert.deepEqual(told, ['It is gone.', 'It is back.']);
    assert.equal(events.filter((event) => event.type === 'notice' && event.sentence.startsWith('It is')).length, 100);
    await engine.stop();
  });

  it('waits in silence for a host that was named', async () => {
    const { engine } = engineWith({ pack: 'perlin', sync: 'osc' });
    await engine.start();
    assert.equal(engine.parameters.get('playing'), false);
    assert.equal(engine.decks[0].pack, 'perlin');
    await engine.stop();
  });

  it('states the order in which sync sources lead, on every surface, and can be told another', async () => {
    const { engine } = engineWith({ pack: 'perlin', syncOrder: ['osc', 'nobody'] });
    await engine.start();
    const { parameters } = engine;
    assert.ok(parameters.text('sync-order').startsWith('osc, ') && parameters.text('sync-order').endsWith(', internal'), parameters.text('sync-order'));
    assert.ok(engine.notices.some(({ level, sentence }) => level === 'off' && sentence.includes('syncOrder names nobody')));
    assert.equal(parameters.get('sync-heard'), 'internal');
    await parameters.write('sync-order', ['internal, osc'], 'test');
    assert.equal(parameters.get('sync-order'), 'internal, osc');
    await assert.rejects(parameters.write('sync-order', ['osc, nobody'], 'test'), /no sync source "nobody"; there are internal, .*osc/);
    await engine.stop();
  });

  it('starts without the wire whose port is taken, and says which', async () => {
    const taken: Server = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { engine } = engineWith({ pack: 'perlin', transports: { ...quietWires, websocket: { listen: { port } } } });
    await engine.start();
    assert.ok(engine.notices.some(({ level, sentence }) => level === 'off' && sentence.includes(String(port))));
    assert.equal(engine.parameters.get('playing'), true);
    await engine.stop();
    taken.close();
  });

  it('plays the pack that always can when the one asked for is damaged', async () => {
    const { engine, events } = engineWith({ pack: damagedPack(folder), packFolders: [folder] });
    await engine.start();
    assert.equal(engine.decks[0].pack, 'perlin');
    assert.ok(events.some((event) => event.type === 'error' && event.code === 211 && event.sentence.includes('SHA-256')));
    await engine.stop();
  });

  it('starts without a plugin that cannot be loaded, and says why', async () => {
    const { engine } = engineWith({ pack: 'perlin', plugins: [join(folder, 'nowhere.js')] });
    await engine.start();
    assert.ok(engine.notices.some(({ level, sentence }) => level === 'off' && sentence.includes('nowhere.js')));
    await engine.stop();
  });

  it('swaps between a model and a composer without weights while it plays', async () => {
    const { engine, events } = engineWith({ pack: 'perlin', bpm: 240, packFolders: [join(repositoryRoot, 'test', 'fixtures', 'packs')] });
    await engine.start();
    const arrived = heard(engine, (event) => event.type === 'swap' && event.stage === 'playing' && event.pack === 'tiny-lm');
    await engine.parameters.write('deck/1/load', ['tiny-lm', 'beat'], 'test');
    const swap = await arrived;
    assert.ok(swap.type === 'swap' && Number.isInteger(swap.atBeat));
    await assert.rejects(engine.parameters.write('deck/1/load', ['nothing'], 'test'), (error: unknown) => error instanceof ContinuoError && error.code === 210);
    assert.equal(engine.decks[0].pack, 'tiny-lm');
    assert.deepEqual(events.filter((event) => event.type === 'error'), []);
    await engine.stop();
  });

  it('lets the performer choose what later packs compute on, and refuses what cannot be on this platform', async () => {
    const { engine } = engineWith({ pack: 'perlin' });
    await engine.start();
    assert.equal(engine.parameters.get('provider'), 'auto');
    const elsewhere = process.platform === 'darwin' ? 'directml' : 'coreml';
    await assert.rejects(engine.parameters.write('provider', [elsewhere], 'test'), (error: unknown) => error instanceof ContinuoError && error.code === 102 && /choose one of auto, cpu/.test(error.message));
    assert.equal(engine.parameters.get('provider'), 'auto');
    await engine.parameters.write('provider', ['cpu'], 'test');
    assert.equal(engine.parameters.get('provider'), 'cpu');
    await engine.stop();
  });

  it('lets the performer set the tempo and the leader, and refuses a leader there is not', async () => {
    const { engine } = engineWith({ pack: 'perlin' });
    await engine.start();
    await engine.parameters.write('bpm', [87.5], 'test');
    assert.equal(engine.parameters.get('bpm'), 87.5);
    await engine.parameters.write('sync', ['internal'], 'test');
    await assert.rejects(engine.parameters.write('sync', ['sundial'], 'test'), /sundial/);
    assert.equal(engine.parameters.get('sync'), 'internal');
    await engine.stop();
  });
});
