import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { OscPeer } from '../transports/support/osc-peer.js';
import { within } from '../transports/support/within.js';
import { repositoryRoot } from '../../src/engine/paths.js';

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** Windows ends a process without telling it. */
describe('continuo play', { skip: process.platform === 'win32' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'continuo-play-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'stage.json');
  const packFolders = [join(repositoryRoot, 'test', 'fixtures', 'packs')];
  writeFileSync(file, JSON.stringify({ pack: 'tiny-lm', packFolders, transports: { midi: false, oscquery: false, websocket: false, osc: { listen: { port: 0 }, destinations: [] } } }));

  /** Ends it with a signal when it has said something that matches. */
  async function endAt(words: RegExp, signals: readonly NodeJS.Signals[]): Promise<{ code: number | null; signal: string | null; said: string }> {
    const child = spawn(process.execPath, [main, 'play', '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let told = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (told || !words.test(said)) return;
        told = true;
        for (const signal of signals) child.kill(signal);
      });
    }
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    return { code, signal, said };
  }

  it('plays on when nobody reads any more what it says', async () => {
    const child = spawn(process.execPath, [main, 'play', '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    const port = await new Promise<number>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const found = /listens at 127\.0\.0\.1:(\d+)/.exec(text);
        if (found) resolve(Number(found[1]));
      });
    });
    child.stdout.destroy();
    child.stderr.destroy();
    const performer = await OscPeer.open(port);
    const asks = setInterval(() => performer.send('/continuo/playing'), 50);
    // What the load of the pack has said met nobody.
    await within('it to play', performer.heard.takeWhenever(({ values }) => values[0] === 1), 30_000).finally(() => clearInterval(asks));
    await performer.close();
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  it('ends while a pack is loaded, and loads nothing in its place', async (context) => {
    // Its server hears the question, and never answers.
    const server = createServer().listen(0, '127.0.0.1');
    context.after(() => {
      server.closeAllConnections();
      server.close();
    });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    mkdirSync(join(folder, 'far'));
    const manifest = JSON.parse(readFileSync(join(packFolders[0], 'tiny-lm', 'pack.json'), 'utf8')) as object;
    const options = { url: `http://127.0.0.1:${port}`, model: 'tiny', vocabularySize: 3406, contextTokens: 512, timeoutMilliseconds: 9000, probeMilliseconds: 9000 };
    writeFileSync(join(folder, 'far', 'pack.json'), JSON.stringify({ ...manifest, name: 'far', fallback: 'tiny-lm', model: { plugin: 'remote', options }, files: [] }));
    const configuration = JSON.parse(readFileSync(file, 'utf8')) as object;
    const farFile = join(folder, 'far.json');
    writeFileSync(farFile, JSON.stringify({ ...configuration, pack: 'far', packFolders: [folder, ...packFolders], inference: { allowedHosts: ['127.0.0.1'] } }));
    const child = spawn(process.execPath, [main, 'play', '--config', farFile], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    server.once('request', () => child.kill('SIGINT'));
    assert.deepEqual(await once(child, 'close'), [0, null], said);
    assert.match(said, /far/);
    assert.doesNotMatch(said, /tiny-lm|perlin|leads the clock/);
  });

  const moments: readonly [string, RegExp, readonly NodeJS.Signals[]][] = [
    ['while its model is loaded', /listens/, ['SIGINT']],
    ['while its model composes ahead', /tiny-lm/, ['SIGTERM']],
    ['twice in a row', /tiny-lm/, ['SIGINT', 'SIGINT']],
  ];
  for (const [when, words, signals] of moments) {
    it(`ends in good order when it is told ${when}`, async () => {
      const { code, signal, said } = await endAt(words, signals);
      assert.deepEqual({ code, signal }, { code: 0, signal: null }, said);
      assert.doesNotMatch(said, /terminate called|Napi::Error/);
    });
  }
});
