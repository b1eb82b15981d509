import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '../../../src/engine/configuration.js';
import { engineContainer } from '../../../src/engine/create-engine.js';
import { Engine } from '../../../src/engine/engine.js';
import type { EngineEvent } from '../../../src/engine/events.js';
import type { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { microsPerBeat } from '../../../src/engine/time/timeline.js';
import { builtInPlugins } from '../../../src/plugins/manifest.js';
import { OscPeer } from '../../transports/support/osc-peer.js';
import { freePort } from './free-port.js';
import { Program } from './program.js';
import { until } from './until.js';

export type ToldTimeline = Extract<EngineEvent, { type: 'timeline' }> & { readonly told: number };

/** The whole engine with OSC alone, and sclang with the Quark, whose clock leads. */
export interface HostStage {
  readonly engine: Engine;
  readonly parameters: ParameterStore;
  /** What was told while OSC led. */
  readonly timelines: ToldTimeline[];
  readonly program: Program;
  /** Asks sclang to do something, and waits until it has. */
  ask(word: string, value?: number | string): Promise<void>;
  is(what: string, condition: () => boolean): Promise<void>;
}

/** `after` is told what is to be closed in the end, the first last. */
export async function hostStage(after: (close: () => Promise<void>) => void, clock: 'TempoClock' | 'LinkClock', bpm: number): Promise<HostStage> {
  const oscPort = await freePort();
  const configuration = { ...loadConfiguration(), pack: 'perlin' };
  const transports = { midi: false, websocket: false, link: false, osc: { listen: { port: oscPort }, destinations: [] } } as typeof configuration.transports;
  const engine = engineContainer({ ...configuration, transports }, builtInPlugins).get(Engine);
  const timelines: ToldTimeline[] = [];
  engine.parameters.onEvent((event) => {
    if (event.type === 'timeline' && event.leader === 'osc') timelines.push({ ...event, told: monotonicClock.now() });
  });
  await engine.start();
  after(() => engine.stop());
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
    CONTINUO_TEST_CLOCK: clock,
  });
  after(async () => {
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const prompter = await OscPeer.open(Number(await program.line('LISTENING', 60_000)));
  after(() => prompter.close());
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
export function steps(timelines: readonly ToldTimeline[]): readonly number[] {
  return timelines.slice(1).map((timeline, index) => {
    const before = timelines[index];
    return (timeline.timeOrigin - before.timeOrigin) - (timeline.beatOrigin - before.beatOrigin) * microsPerBeat(before);
  });
}
