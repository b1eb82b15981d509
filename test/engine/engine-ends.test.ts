import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Container } from 'inversify';
import { z } from 'zod';
import { loadConfiguration, type Configuration } from '../../src/engine/configuration.js';
import { NullComposer } from '../../src/engine/contracts/null-composer.js';
import type { PluginDescriptor } from '../../src/engine/contracts/plugin.js';
import { AlarmService, engineContainer } from '../../src/engine/create-engine.js';
import type { VoiceSource } from '../../src/engine/deck/voice.js';
import { Engine } from '../../src/engine/engine.js';
import { ContinuoError } from '../../src/engine/errors.js';
import type { EngineEvent } from '../../src/engine/events.js';
import { repositoryRoot } from '../../src/engine/paths.js';
import { PackVoices } from '../../src/engine/voices.js';
import { builtInPlugins } from '../../src/plugins/manifest.js';
import { FakeAlarms } from '../transports/link/support/fake-alarms.js';
import { until } from '../transports/support/within.js';

const hook = Symbol.for('continuo.test.opening');

/** A wire that does what the test says while it opens, and counts how often it was closed. */
const implementation = `data:text/javascript,${encodeURIComponent(`
  const hook = globalThis[Symbol.for('continuo.test.opening')];
  const open = async () => {
    await hook.opens();
    return { outputs: [], syncSources: [], controlSurfaces: [], notices: [] };
  };
  const close = async () => void (hook.closed += 1);
  export default ({ bind }) => bind(Symbol.for('continuo.Transport')).toConstantValue({ name: 'late', open, close });
`)}`;

interface Stage {
  readonly container: Container;
  readonly engine: Engine;
  readonly events: EngineEvent[];
  /** What the late wire does as it opens, and how often it was closed. */
  readonly late: { opens: () => Promise<void>; closed: number };
}

let stages = 0;

function stage(context: TestContext, opens: (engine: Engine) => Promise<void>, changes: Partial<Configuration> = {}, rebind: (container: Container) => void = () => undefined): Stage {
  stages += 1;
  const late = { opens: () => opens(engine), closed: 0 };
  Object.assign(globalThis, { [hook]: late });
  const wire: PluginDescriptor = {
    kind: 'transport', name: 'late', summary: 'Opens late.', capabilities: [], optionsSchema: z.object({}), implementation: `${implementation}//${stages}`,
  };
  const transports = { midi: false, oscquery: false, link: false, websocket: false, osc: false } as const;
  const packFolders = [join(repositoryRoot, 'test', 'fixtures', 'packs')];
  const container = engineContainer({ ...loadConfiguration(), pack: 'perlin', takes: false, transports, packFolders, ...changes }, [...builtInPlugins, wire]);
  rebind(container);
  const engine = container.get(Engine);
  const events: EngineEvent[] = [];
  engine.parameters.onEvent((event) => events.push(event));
  context.after(() => Reflect.deleteProperty(globalThis, hook));
  return { container, engine, events, late };
}

describe('Engine, asked before it has started', () => {
  it('keeps the packs and the decks that are asked for as soon as a wire is open', async (context) => {
    let loaded: Promise<unknown> = Promise.resolve();
    const { engine, events } = stage(context, async ({ parameters }) => {
      loaded = parameters.write('deck/1/load', ['tiny-lm', 'now'], 'test');
      await parameters.write('decks', [2], 'test');
    });
    await engine.start();
    await loaded;
    assert.deepEqual(engine.decks.map(({ pack }) => pack), ['tiny-lm', 'perlin']);
    assert.equal(engine.parameters.get('decks'), 2);
    assert.deepEqual(events.filter((event) => event.type === 'error' || (event.type === 'swap' && event.stage === 'abandoned')), []);
    await engine.stop();
  });

  it('plays its own pack where the one that was asked for cannot be had', async (context) => {
    const { engine } = stage(context, async ({ parameters }) => {
      await assert.rejects(parameters.write('deck/1/load', ['nothing'], 'test'));
    });
    await engine.start();
    assert.equal(engine.decks[0].pack, 'perlin');
    await engine.stop();
  });

  const askedFor: readonly [string, readonly [string, readonly string[]][]][] = [
    ['started and stopped', [['start', []], ['stop', []]]],
    ['told to wait for a host', [['sync', ['osc']]]],
  ];
  for (const [what, asked] of askedFor) {
    it(`does not begin by itself once it has been ${what}`, async (context) => {
      const transports = { midi: false, oscquery: false, link: false, websocket: false, osc: { listen: { port: 0 }, destinations: [] } } as const;
      const { engine } = stage(context, async ({ parameters }) => {
        for (const [address, values] of asked) await parameters.write(address, values, 'test');
      }, { transports });
      await engine.start();
      assert.equal(engine.parameters.get('playing'), false);
      await engine.stop();
    });
  }
});

describe('Engine, stopped', () => {
  it('closes the wire that is opening, loads nothing any more and opens no set', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'continuo-ends-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const set = join(folder, 'set.yaml');
    writeFileSync(set, 'scenes:\n  - name: Only\n');
    let stopped: Promise<void> | undefined;
    const { engine, events, late } = stage(context, async (playing) => void (stopped = playing.stop()), { set });
    await engine.start();
    await stopped;
    assert.equal(late.closed, 1);
    assert.deepEqual(engine.decks.map(({ pack }) => pack), ['']);
    assert.equal(engine.parameters.get('playing'), false);
    assert.equal(engine.parameters.get('scenes'), '');
    assert.deepEqual(events.filter(({ type }) => type === 'swap' || type === 'error'), []);
  });

  it('closes everything else where a model never ends, and says so', async (context) => {
    const alarms = new FakeAlarms();
    const patience = 12_000_000;
    const composer = Object.assign(new NullComposer(), { dispose: () => new Promise<void>(() => undefined) });
    await composer.prepare();
    const voices: VoiceSource & { close(): void } = { fallback: undefined, open: async ({ pack }) => ({ pack, composer, sampling: {} }), close: () => undefined };
    const { engine, late } = stage(context, async () => undefined, {}, (container) => {
      container.rebind(AlarmService).toConstantValue(alarms.alarm);
      container.rebind<VoiceSource>(PackVoices).toConstantValue(voices);
    });
    await engine.start();
    const stopping = assert.rejects(engine.stop(), (error) => error instanceof ContinuoError && error.errorName === 'modelFailed');
    await until('it waits for the model', () => alarms.has(patience));
    assert.equal(late.closed, 0);
    alarms.ring(patience);
    await stopping;
    assert.equal(late.closed, 1);
  });
});
