import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { loadConfiguration } from '../../src/engine/configuration.js';
import { engineContainer } from '../../src/engine/create-engine.js';
import { Engine } from '../../src/engine/engine.js';
import type { EngineEvent } from '../../src/engine/events.js';
import { repositoryRoot } from '../../src/engine/paths.js';
import { monotonicClock } from '../../src/engine/time/clock.js';
import { beatAt, microsPerBeat } from '../../src/engine/time/timeline.js';
import { builtInPlugins } from '../../src/plugins/manifest.js';
import { OscPeer } from '../transports/support/osc-peer.js';
import { freePort } from './support/free-port.js';
import { Program } from './support/program.js';
import { skipWithoutSuperCollider } from './support/sclang.js';
import { until } from './support/until.js';

type Told = Extract<EngineEvent, { type: 'timeline' }> & { readonly told: number };

/** The whole engine with OSC alone, and sclang with the Quark, whose TempoClock leads. */
async function stage(context: TestContext, bpm: number) {
  const oscPort = await freePort();
  const configuration = { ...loadConfiguration(), pack: 'perlin' };
  const transports = { midi: false, websocket: false, link: false, osc: { listen: { port: oscPort }, destinations: [] } } as typeof configuration.transports;
  const engine = engineContainer({ ...configuration, transports }, builtInPlugins).get(Engine);
  const timelines: Told[] = [];
  engine.parameters.onEvent((event) => {
    if (event.type === 'timeline' && event.leader === 'osc') timelines.push({ ...event, told: monotonicClock.now() });
  });
  await engine.start();
  context.after(() => engine.stop());
  const folder = mkdtempSync(join(tmpdir(), 'continuo-host-'));
  const settings = join(folder, 'sclang.yaml');
  writeFileSync(settings, `includePaths:\n  - ${join(repositoryRoot, 'patches', 'supercollider')}\nexcludePaths: []\npostInlineWarnings: false\n`);
  const program = Program.start('sclang', ['-l', settings, join(repositoryRoot, 'test', 'fixtures', 'sclang', 'host-test.scd')], {
    QT_QPA_PLATFORM: 'offscreen',
    QTWEBENGINE_DISABLE_SANDBOX: '1',
    XDG_CONFIG_HOME: folder,
    XDG_DATA_HOME: folder,
    CONTINUO_OSC_PORT: String(oscPort),
    CONTINUO_TEST_BPM: String(bpm),
  });
  context.after(async () => {
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const prompter = await OscPeer.open(Number(await program.line('LISTENING', 60_000)));
  context.after(() => prompter.close());
  /** Asks sclang to do something, and waits until it has. */
  const ask = async (word: string, value: number | string = ''): Promise<void> => {
    prompter.send(`/test/${word}`, value);
    await program.line('DID');
  };
  const is = (what: string, condition: () => boolean): Promise<void> =>
    until(what, condition, () => ({ leader: parameters.text('leader'), bpm: parameters.number('bpm'), said: program.said.slice(-8) }), 30_000);
  const { parameters } = engine;
  return { engine, parameters, timelines, program, ask, is };
}

/** How far, in microseconds, each timeline puts its beats from where the one before it did. */
function steps(timelines: readonly Told[]): readonly number[] {
  return timelines.slice(1).map((timeline, index) => {
    const before = timelines[index];
    return (timeline.timeOrigin - before.timeOrigin) - (timeline.beatOrigin - before.beatOrigin) * microsPerBeat(before);
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

describe('a TempoClock of SuperCollider leads by the Quark', { skip: skipWithoutSuperCollider }, () => {
  it('tempo, beat, bar, start and stop; and when it is gone the tempo stays', async (context) => {
    const { engine, parameters, timelines, program, ask, is } = await stage(context, 132);
    await is('led by sclang', () => parameters.text('leader') === 'osc');
    await is('in its tempo', () => Math.abs(parameters.number('bpm') - 132) < 0.001);
    timelines.length = 0;
    await is('told ten beats', () => timelines.length >= 10);
    const apart = steps(timelines.slice(0, 10)).map(Math.abs);
    context.diagnostic(`µs between beats and where the beat before put them: ${apart.map((step) => step.toFixed(0)).join(' ')}`);
    assert.ok(median(apart) < 500, `${apart}`);
    const leads = timelines.map(({ told, timeOrigin }) => (timeOrigin - told) / 1000);
    context.diagnostic(`ms of notice: ${leads.map((lead) => lead.toFixed(1)).join(' ')}`);
    assert.ok(median(leads) > 150 && median(leads) < 202, 'stamped with the time of the sound, a latency ahead');

    await ask('tempo', 142);
    await is('in the new tempo', () => Math.abs(parameters.number('bpm') - 142) < 0.001);
    const at = timelines.findIndex(({ bpm }) => Math.abs(bpm - 142) < 0.001);
    const [step] = steps(timelines.slice(at - 1, at + 1));
    assert.ok(Math.abs(step) < 2_000, `the beat moved by ${step} µs with the tempo`);

    await ask('meter', 3);
    await is('in three', () => parameters.number('beats-per-bar') === 3);
    await ask('transport', 'stop');
    await is('stopped', () => !parameters.boolean('playing'));
    await ask('transport', 'start');
    await is('playing', () => parameters.boolean('playing'));
    const { told, ...timeline } = timelines.at(-1) as Told;
    const bar = Math.ceil(beatAt(timeline, told) / 3) * 3;
    await is('past its bar', () => engine.position.beat() >= bar);

    await ask('command-period');
    await is('stopped by Cmd-Period', () => !parameters.boolean('playing'));
    const heard = timelines.length;
    await is('led on', () => timelines.length > heard + 4);

    await ask('transport', 'start');
    await is('playing again', () => parameters.boolean('playing'));
    const last = timelines.at(-1) as Told;
    await program.stop();
    await is('led by itself', () => parameters.text('leader') === 'internal');
    assert.ok(Math.abs(parameters.number('bpm') - 142) < 0.001);
    assert.ok(parameters.boolean('playing'));
    assert.ok(Math.abs(engine.position.beat() - beatAt(last, monotonicClock.now())) < 0.01, 'the position goes on');
  });
});
