import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PackShelf } from '../../src/engine/packs/pack-shelf.js';
import { repositoryRoot } from '../../src/engine/paths.js';
import { PluginRegistry } from '../../src/engine/plugins/plugin-registry.js';
import { PackVoices } from '../../src/engine/voices.js';
import { builtInPlugins } from '../../src/plugins/manifest.js';
import { within } from '../transports/support/within.js';

/** Longer than the test waits. */
const probeMilliseconds = 9000;

describe('PackVoices', () => {
  it('gives up what is being opened when it is closed, and opens nothing any more', async (context) => {
    // It hears the question, and never answers.
    const server = createServer().listen(0, '127.0.0.1');
    const folder = mkdtempSync(join(tmpdir(), 'continuo-voices-'));
    context.after(() => {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true });
    });
    await once(server, 'listening');
    mkdirSync(join(folder, 'far'));
    const manifest = JSON.parse(readFileSync(join(repositoryRoot, 'test', 'fixtures', 'packs', 'tiny-lm', 'pack.json'), 'utf8')) as object;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const model = { plugin: 'remote', options: { url, model: 'tiny', vocabularySize: 3406, contextTokens: 512, timeoutMilliseconds: probeMilliseconds, probeMilliseconds } };
    writeFileSync(join(folder, 'far', 'pack.json'), JSON.stringify({ ...manifest, name: 'far', model, files: [] }));
    const shelf = new PackShelf(new PluginRegistry(builtInPlugins), [folder]);
    await shelf.read();
    context.after(() => shelf.close());
    const voices = new PackVoices(shelf, () => ({ provider: 'cpu', threads: 1, allowedHosts: ['127.0.0.1'] }), () => undefined);
    const asked = once(server, 'request');
    const opening = assert.rejects(voices.open({ pack: 'far' }, () => undefined));
    await asked;
    voices.close();
    await within('it to be given up', opening, probeMilliseconds - 2000);
    await assert.rejects(voices.open({ pack: 'far' }, () => undefined), /Continuo ends/);
  });
});
