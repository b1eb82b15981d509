import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test';
import { repositoryRoot } from '../../src/engine/paths.js';
import { monotonicClock } from '../../src/engine/time/clock.js';
import { grownSession } from './support/grown-session.js';
import { LinkEngine } from './support/link-engine.js';
import { LinkNetwork, skipWithoutLink } from './support/link-network.js';
import { apart } from './support/link-peer.js';
import { median } from './support/median.js';
import { Program } from './support/program.js';
import { until } from './support/until.js';

const fixtures = join(repositoryRoot, 'test', 'fixtures');

/** Beats are read from what a program prints: late by its own turn and by ours, on a machine that is busy with tests. */
const printMicros = 20_000;

let network: LinkNetwork;

async function play(context: TestContext, configuration: object): Promise<LinkEngine> {
  const engine = await LinkEngine.start(network, configuration);
  context.after(() => engine.stop());
  return engine;
}

async function start(context: TestContext, command: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Program> {
  const [first, ...rest] = network.command(...command);
  const program = Program.start(first, rest, environment);
  context.after(() => program.stop());
  return program;
}

/** How far Continuo is from a bar's beat `beatOf(line)` when the line arrives: the median of `count` lines that begin with `word`. */
async function asideBy(engine: LinkEngine, program: Program, word: string, quantum: number, count: number, beatOf: (words: readonly number[]) => number): Promise<number> {
  const aside: number[] = [];
  while (program.lines.drain().length > 0);
  while (aside.length < count) {
    const words = (await program.line(word)).split(' ').map(Number);
    aside.push(apart(engine.beatAt(monotonicClock.now()), beatOf(words), quantum, engine.bpm));
  }
  return median(aside);
}

describe("SuperCollider's LinkClock", { skip: skipWithoutLink({ sclang: 'supercollider-language' }) }, () => {
  beforeEach(async () => (network = await LinkNetwork.open()));
  afterEach(() => network.close());

  async function sclang(context: TestContext): Promise<Program> {
    const folder = mkdtempSync(join(tmpdir(), 'continuo-sclang-'));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const program = await start(context, ['sclang', join(fixtures, 'sclang', 'link-clock.scd')], {
      QT_QPA_PLATFORM: 'offscreen',
      QTWEBENGINE_DISABLE_SANDBOX: '1',
      XDG_CONFIG_HOME: folder,
      XDG_DATA_HOME: folder,
    });
    await program.line('READY', 60_000);
    return program;
  }

  it('is on the beat with Continuo, and each follows the other', async (context) => {
    const engine = await play(context, { bpm: 120 });
    const began = monotonicClock.now();
    await engine.is('on its own for three seconds', () => monotonicClock.now() - began > 3_000_000);
    const program = await sclang(context);
    await engine.is('led by Link', ({ leader }) => leader === 'link', 30_000);
    assert.equal(engine.bpm, 120);
    const typical = await asideBy(engine, program, 'BEAT', 1, 20, ([beat]) => beat);
    context.diagnostic(`beats of sclang arrive ${(typical / 1000).toFixed(2)} ms beside (median)`);
    assert.ok(typical < printMicros, `${typical} µs`);
    await engine.write('bpm', 133);
    await engine.is('at the tempo of sclang', ({ bpm }) => bpm === 97);
    const after = await asideBy(engine, program, 'BEAT', 1, 8, ([beat]) => beat);
    assert.ok(after < printMicros, `${after} µs`);
  });
});

const externalFolder = '/usr/lib/pd/extra/abl_link~';
const skipWithoutExternal = existsSync(externalFolder) ? skipWithoutLink({ pd: 'puredata-core' }) : 'abl_link~ not installed (on Debian: apt-get install pd-ableton-link)';

describe("Pure Data's abl_link~", { skip: skipWithoutExternal }, () => {
  beforeEach(async () => (network = await LinkNetwork.open()));
  afterEach(() => network.close());

  it('is on the same beat of the bar as Continuo, and follows its tempo', async (context) => {
    const flags = ['-nogui', '-noaudio', '-nomidi', '-noprefs', '-stderr', '-path', externalFolder, '-lib', 'abl_link~'];
    const program = await start(context, ['pd', ...flags, '-open', join(fixtures, 'pd', 'link.pd')]);
    await program.line('STEP:');
    await grownSession();
    const engine = await play(context, { bpm: 120 });
    await engine.is('led by Link', ({ leader }) => leader === 'link');
    assert.equal(engine.bpm, 110);
    const typical = await asideBy(engine, program, 'STEP:', 4, 12, ([step]) => step);
    context.diagnostic(`steps of Pure Data arrive ${(typical / 1000).toFixed(2)} ms beside (median)`);
    assert.ok(typical < printMicros, `${typical} µs`);
    await engine.write('bpm', 150);
    await until('Pure Data has the tempo', () => program.said.some((line) => /^TEMPO: (150|149\.99|150\.00)/.test(line)));
    const after = await asideBy(engine, program, 'STEP:', 4, 8, ([step]) => step);
    assert.ok(after < printMicros, `${after} µs`);
  });
});
