import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { loadConfiguration } from '../../../../src/engine/configuration.js';
import { engineContainer } from '../../../../src/engine/create-engine.js';
import { Engine } from '../../../../src/engine/engine.js';
import { errorCodes } from '../../../../src/engine/errors.js';
import type { EngineEvent } from '../../../../src/engine/events.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { builtInPlugins } from '../../../../src/plugins/manifest.js';
import { FakeInferenceServer } from './fake-inference-server.js';
import { remoteOptions } from './remote-support.js';
import { ServedTinyLm } from './served-tiny-lm.js';

/** Slow, so that a bar is long enough to load a pack in also on a machine that is busy with other tests. */
const bpm = 48;
const beatsPerBar = 4;
const patienceMilliseconds = 60_000;
const fixtures = join(repositoryRoot, 'test', 'fixtures', 'packs');

type Heard = EngineEvent & { readonly heardAt: number };

/** A real engine with a deck on a real clock, and what it has said so far. */
class Stage {
  readonly events: Heard[] = [];
  private readonly waiting = new Set<() => void>();

  private constructor(readonly engine: Engine) {}

  static async open(context: TestContext, folder: string, allowedHosts: string[]): Promise<Stage> {
    const configuration = loadConfiguration();
    const engine = engineContainer(
      {
        ...configuration,
        bpm,
        pack: 'far',
        packFolders: [folder, fixtures],
        inference: { ...configuration.inference, provider: 'cpu', threads: 1, allowedHosts },
        transports: { midi: false, oscquery: false, osc: false, websocket: false },
      },
      builtInPlugins,
    ).get(Engine);
    const stage = new Stage(engine);
    engine.parameters.onEvent((event) => {
      stage.events.push({ ...event, heardAt: engine.position.beat() });
      stage.stirred();
    });
    const timer = setInterval(() => stage.stirred(), 10);
    context.after(async () => {
      clearInterval(timer);
      await engine.stop();
    });
    await engine.start();
    return stage;
  }

  value(name: string): number {
    return this.engine.parameters.number(`deck/1/${name}`);
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    const deadline = Date.now() + patienceMilliseconds;
    while (!holds()) {
      assert.ok(Date.now() < deadline, `${what} did not come: ${JSON.stringify(this.events.filter(({ type }) => type === 'notice' || type === 'error'))}`);
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  async event(what: string, wanted: (event: EngineEvent) => boolean): Promise<Heard> {
    await this.until(what, () => this.events.some(wanted));
    return this.events.find(wanted) ?? assert.fail();
  }

  /** Lets the music go on for some beats. */
  async play(beats: number): Promise<void> {
    const from = this.engine.position.beat();
    await this.until(`beat ${from + beats}`, () => this.engine.position.beat() >= from + beats);
  }

  private stirred(): void {
    const resolves = [...this.waiting];
    this.waiting.clear();
    for (const resolve of resolves) resolve();
  }
}

const saying = (words: RegExp) => (event: EngineEvent): boolean => event.type === 'notice' && words.test(event.sentence);
const isLoss = (event: EngineEvent): boolean => event.type === 'error' && event.code === errorCodes.deviceLost;
const isArrivalOf = (pack: string) => (event: EngineEvent): boolean => event.type === 'swap' && event.stage === 'playing' && event.pack === pack;

describe('a pack on a server, on stage', () => {
  const folder = mkdtempSync(join(tmpdir(), 'continuo-remote-'));
  let tiny: ServedTinyLm;
  let server: FakeInferenceServer;

  before(async () => {
    tiny = await ServedTinyLm.load();
    server = await new FakeInferenceServer({ tiny }).start();
    const manifest = JSON.parse(readFileSync(join(fixtures, 'tiny-lm', 'pack.json'), 'utf8')) as Record<string, unknown>;
    const model = { plugin: 'remote', options: remoteOptions(server) };
    mkdirSync(join(folder, 'far'));
    writeFileSync(join(folder, 'far', 'pack.json'), JSON.stringify({ ...manifest, name: 'far', fallback: 'tiny-lm', model, files: [] }));
  });

  after(async () => {
    await server.kill();
    await tiny.dispose();
    rmSync(folder, { recursive: true });
  });

  it('falls back within a bar when the server dies, with no beat lost, and hears when it is back', async (context) => {
    const stage = await Stage.open(context, folder, ['127.0.0.1']);
    const { engine } = stage;
    assert.equal(engine.decks[0].pack, 'far');
    await stage.play(2);
    await stage.until('figures of the round trips', () => stage.value('round-trip') > 0);
    assert.ok(stage.value('slow-round-trip') >= stage.value('round-trip'));
    const diedAt = engine.position.beat();
    await server.kill();
    const { heardAt } = await stage.event('the loss', isLoss);
    const arrival = await stage.event('the fallback', isArrivalOf('tiny-lm'));
    assert.ok(arrival.type === 'swap' && (arrival.atBeat ?? Infinity) <= heardAt + beatsPerBar, `lost at ${heardAt}, goes on at ${JSON.stringify(arrival)}`);
    assert.ok(heardAt <= diedAt + beatsPerBar, `died at ${diedAt}, noticed at ${heardAt}`);
    await stage.play(2);
    assert.equal(engine.decks[0].pack, 'tiny-lm');
    assert.equal(engine.decks[0].underruns, 0);
    assert.equal(engine.decks[0].losses, 1);
    await stage.until('zeros of a pack that computes here', () => stage.value('round-trip') === 0);
    await server.start();
    await stage.event('the news', saying(/What far computes on is back: load far again/));
    await engine.parameters.write('deck/1/load', ['far', 'beat'], 'test');
    assert.equal(engine.decks[0].pack, 'far');
  });

  it('lets the pack begin that it names when there is no server at the start, and says why', async (context) => {
    await server.kill();
    const stage = await Stage.open(context, folder, ['127.0.0.1']);
    assert.equal(stage.engine.decks[0].pack, 'tiny-lm');
    await stage.event('the reason', (event) => event.type === 'error' && /cannot be loaded without its server/.test(event.sentence));
    await server.start();
  });

  it('connects to nothing that the performer has not allowed', async (context) => {
    const { connections } = server;
    const stage = await Stage.open(context, folder, []);
    assert.equal(stage.engine.decks[0].pack, 'tiny-lm');
    await stage.event('the reason', (event) => event.type === 'error' && /add "127\.0\.0\.1:\d+" to inference\.allowedHosts/.test(event.sentence));
    assert.equal(server.connections, connections);
  });
});
