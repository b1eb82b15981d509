import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { loadConfiguration } from '../../src/engine/configuration.js';
import { engineContainer } from '../../src/engine/create-engine.js';
import { Engine } from '../../src/engine/engine.js';
import type { Bpm, Micros } from '../../src/engine/music/units.js';
import { repositoryRoot } from '../../src/engine/paths.js';
import { beatAt, type Timeline } from '../../src/engine/time/timeline.js';
import { builtInPlugins } from '../../src/plugins/manifest.js';
import { WallClock } from '../../src/transports/osc/wall-clock.js';
import { freePort } from './support/free-port.js';
import { apart } from './support/link-peer.js';
import { median } from './support/median.js';
import { Program, skipWithout } from './support/program.js';
import { until } from './support/until.js';

/** What the page says: where its own beat was at a moment of the wall clock, or that it has left. */
interface PageReport {
  readonly bpm: number;
  readonly beat: number;
  readonly wallMilliseconds: number;
  readonly closed?: boolean;
}

/** The page's clock is not ours: its tempo by ours is a hair off. */
function near(bpm: Bpm, other: Bpm): boolean {
  return Math.abs(bpm - other) < 0.05;
}

/** The page, with the function that the wire's README gives to those who would lead. */
function pageText(): string {
  const [lead] = /function lead[\s\S]*?\n\}/.exec(readFileSync(join(repositoryRoot, 'src', 'transports', 'websocket', 'README.md'), 'utf8')) ?? [''];
  return readFileSync(join(repositoryRoot, 'test', 'fixtures', 'web', 'host.html'), 'utf8').replace('/* LEAD */', () => lead);
}

/** Serves the page, and passes on what it reports. */
async function servePage(context: TestContext, heard: (report: PageReport) => void): Promise<number> {
  const server = createServer((request, response) => {
    if (request.method !== 'POST') {
      response.setHeader('content-type', 'text/html').end(pageText());
      return;
    }
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      heard(JSON.parse(body) as PageReport);
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('a page in Chromium leads', { skip: skipWithout({ chromium: 'chromium' }) }, () => {
  it('by the code of the README: tempo, beat and start; and when it is closed the tempo stays', async (context) => {
    const port = await freePort();
    const configuration = { ...loadConfiguration(), pack: 'perlin', bpm: 90, sync: 'auto' };
    const transports = { midi: false, osc: false, link: false, websocket: { listen: { port } } } as typeof configuration.transports;
    const engine = engineContainer({ ...configuration, transports }, builtInPlugins).get(Engine);
    const { parameters } = engine;
    let timeline: Timeline | undefined;
    parameters.onEvent((event) => {
      if (event.type === 'timeline' && event.leader === 'websocket') timeline = event;
    });
    await engine.start();
    context.after(() => engine.stop());

    const wall = new WallClock();
    wall.calibrate();
    const reports: PageReport[] = [];
    const aside: Micros[] = [];
    const pagePort = await servePage(context, (report) => {
      reports.push(report);
      wall.read();
      if (report.closed !== true && timeline !== undefined && near(timeline.bpm, report.bpm)) {
        aside.push(apart(beatAt(timeline, wall.micros(report.wallMilliseconds / 1000)), report.beat, 1, report.bpm));
      }
    });
    const folder = mkdtempSync(join(tmpdir(), 'continuo-chromium-'));
    const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking'];
    const chromium = Program.start('chromium', [...flags, `--user-data-dir=${folder}`, `http://127.0.0.1:${pagePort}/?port=${port}`]);
    context.after(async () => {
      // Its own children end with it when it is asked to.
      await chromium.interrupt().finally(() => chromium.stop());
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    });
    const is = (what: string, condition: () => boolean): Promise<void> =>
      until(what, condition, () => ({ leader: parameters.text('leader'), bpm: parameters.number('bpm'), reports: reports.length, said: chromium.said.slice(-6) }), 90_000);

    await is('led by the page', () => parameters.text('leader') === 'websocket');
    await is('in its tempo', () => near(parameters.number('bpm'), 117));
    assert.ok(parameters.boolean('playing'));
    await is('in its new tempo', () => near(parameters.number('bpm'), 131));
    await is('left by the page', () => reports.at(-1)?.closed === true);
    await is('led by itself', () => parameters.text('leader') === 'internal');
    assert.ok(near(parameters.number('bpm'), 131));
    assert.ok(parameters.boolean('playing'));
    const typical = median(aside);
    context.diagnostic(`beside the page's beat by ${(typical / 1000).toFixed(2)} ms (median of ${aside.length})`);
    assert.ok(aside.length > 12 && typical < 3_000, `${typical} µs`);
  });
});
