import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { loadConfiguration } from '../../../src/engine/configuration.js';
import { engineContainer } from '../../../src/engine/create-engine.js';
import { Engine } from '../../../src/engine/engine.js';
import { errorCodes } from '../../../src/engine/errors.js';
import type { EngineEvent } from '../../../src/engine/events.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { builtInPlugins } from '../../../src/plugins/manifest.js';
import { OscPeer } from '../../transports/support/osc-peer.js';
import { fakeLostDevice } from './modules/fake-lost-device.js';

const bpm = 120;
const beatMilliseconds = 60_000 / bpm;
const beatsPerBar = 4;
const fixtures = join(repositoryRoot, 'test', 'fixtures', 'packs');
const patienceMilliseconds = 60_000;

/**
 * The law of the bar holds on a computer that is free to play. Where other programs wait for the processors too, models,
 * which stand behind them all, wait longest: then it is only told how long it took, and the laws on the virtual clock stand alone.
 */
function judgeSilence(context: TestContext, what: string, beats: number): void {
  const [load] = loadavg();
  const isFree = load <= availableParallelism();
  context.diagnostic(`${what} for ${beats.toFixed(2)} beats of ${beatMilliseconds} ms, load ${load.toFixed(1)} on ${availableParallelism()} cores${isFree ? '' : ', not judged'}`);
  if (isFree) assert.ok(beats <= beatsPerBar, `${what} for ${beats} beats`);
}

/** The tiny pack with a device that can be lost; `change` goes into its manifest. */
function writePack(folder: string, name: string, options: { readonly runs: number; readonly runsOnCpu?: number; readonly warmsUp?: boolean }, change: object = {}): void {
  const source = join(fixtures, 'tiny-lm');
  const manifest = JSON.parse(readFileSync(join(source, 'pack.json'), 'utf8')) as { model: { options: object }; files: { path: string }[] };
  mkdirSync(join(folder, name));
  for (const { path } of manifest.files) copyFileSync(join(source, path), join(folder, name, path));
  const model = { ...manifest.model, plugin: 'fake-lost-device', options: { decoder: manifest.model.options, ...options } };
  writeFileSync(join(folder, name, 'pack.json'), JSON.stringify({ ...manifest, name, model, ...change }));
}

/** A real engine with two decks on a real clock, sending to a real socket. */
class Stage {
  readonly events: EngineEvent[] = [];
  /** Onsets of deck 1 in session beats, as they arrived. */
  readonly onsets: number[] = [];
  /** The longest time that deck 1 stood with nothing composed, in beats. */
  emptyBeats = 0;
  private readonly waiting = new Set<() => void>();
  private emptySince: number | undefined;

  private constructor(
    readonly engine: Engine,
    private readonly peer: OscPeer,
  ) {}

  static async open(context: TestContext, folder: string, pack: string): Promise<Stage> {
    const peer = await OscPeer.open(0);
    const destinations = [{ name: 'peer', port: peer.port, delivery: 'when-due' }];
    const configuration = {
      ...loadConfiguration(),
      bpm,
      decks: [{ pack, outputs: ['osc:peer'] }, { pack: 'perlin', outputs: [] }],
      packFolders: [folder, fixtures],
      transports: { midi: false, oscquery: false, websocket: false, osc: { listen: { port: 0 }, destinations } } as const,
    };
    const engine = engineContainer(configuration, [...builtInPlugins, fakeLostDevice]).get(Engine);
    const stage = new Stage(engine, peer);
    const timer = setInterval(() => stage.look(), 5);
    engine.parameters.onEvent((event) => {
      stage.events.push(event);
      stage.stirred();
    });
    context.after(async () => {
      clearInterval(timer);
      await engine.stop();
      await peer.close();
    });
    void stage.listen();
    await engine.start();
    return stage;
  }

  get sentences(): readonly string[] {
    return this.events.flatMap((event) => (event.type === 'notice' || event.type === 'error' ? [event.sentence] : []));
  }

  count(wanted: (event: EngineEvent) => boolean): number {
    return this.events.filter(wanted).length;
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    const deadline = Date.now() + patienceMilliseconds;
    while (!holds()) {
      assert.ok(Date.now() < deadline, `${what} did not come: ${this.sentences.join(' | ')}`);
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  /** Lets the music go on for some beats. */
  async play(beats: number): Promise<void> {
    const from = this.engine.position.beat();
    await this.until(`beat ${from + beats}`, () => this.engine.position.beat() >= from + beats);
  }

  private look(): void {
    const [deck] = this.engine.decks;
    const now = this.engine.position.beat();
    if (deck.aheadBeats >= 0) this.emptySince = undefined;
    else this.emptyBeats = Math.max(this.emptyBeats, now - (this.emptySince ??= now));
    this.stirred();
  }

  private stirred(): void {
    const resolves = [...this.waiting];
    this.waiting.clear();
    for (const resolve of resolves) resolve();
  }

  private async listen(): Promise<void> {
    for (;;) {
      const { values } = await this.peer.heard.takeWhenever(({ address }) => address === '/continuo/note');
      this.onsets.push(values[5] as number);
    }
  }
}

const isLoss = (event: EngineEvent): boolean => event.type === 'error' && event.code === errorCodes.deviceLost;
const isArrivalOf = (pack: string) => (event: EngineEvent) => event.type === 'swap' && event.deck === 1 && event.stage === 'playing' && event.pack === pack;

function longestGap(onsets: readonly number[]): number {
  const sorted = [...onsets].sort((a, b) => a - b);
  return Math.max(...sorted.slice(1).map((beat, index) => beat - sorted[index]));
}

describe('a device lost in the middle of a set', () => {
  const folder = mkdtempSync(join(tmpdir(), 'continuo-loss-'));
  writePack(folder, 'lossy', { runs: 150 });
  writePack(folder, 'served', { runs: 150 }, { fallback: 'tiny-lm' });
  writePack(folder, 'doomed', { runs: 150, runsOnCpu: 60 });
  writePack(folder, 'unserved', { runs: 0 }, { fallback: 'tiny-lm' });
  writePack(folder, 'cramped', { runs: 0, warmsUp: false });
  after(() => rmSync(folder, { recursive: true }));

  it('costs no note: the deck plays on within a bar, on the CPU', async (context) => {
    const stage = await Stage.open(context, folder, 'lossy');
    await stage.until('the loss', () => stage.events.some(isLoss));
    await stage.until('the CPU', () => stage.count(isArrivalOf('lossy')) === 2);
    await stage.play(2 * beatsPerBar);
    const { parameters, decks } = stage.engine;
    judgeSilence(context, 'nothing was composed', stage.emptyBeats);
    judgeSilence(context, 'no note began', longestGap(stage.onsets));
    assert.deepEqual([decks[0].pack, decks[0].losses, decks[0].state], ['lossy', 1, 'playing']);
    assert.ok(stage.sentences.includes('Deck 1 has lost what lossy ran on and goes on with lossy on the CPU.'), stage.sentences.join(' | '));
    await stage.until('the counter', () => parameters.get('deck/1/losses') === 1);
    assert.deepEqual([decks[1].pack, decks[1].losses, parameters.get('playing')], ['perlin', 0, true]);
  });

  it('hands over to the pack that the lost one names', async (context) => {
    const stage = await Stage.open(context, folder, 'served');
    await stage.until('the pack that goes on', () => stage.events.some(isArrivalOf('tiny-lm')));
    await stage.play(beatsPerBar);
    judgeSilence(context, 'nothing was composed', stage.emptyBeats);
    assert.deepEqual([stage.engine.decks[0].pack, stage.count(isLoss)], ['tiny-lm', 1]);
  });

  it('is not fought for ever: when the CPU fails too the deck rests and says so, and a load wakes it', async (context) => {
    const stage = await Stage.open(context, folder, 'doomed');
    await stage.until('the rest', () => stage.sentences.some((sentence) => sentence.startsWith('Deck 1 rests:')));
    const [deck, other] = stage.engine.decks;
    assert.deepEqual([deck.state, deck.losses, stage.count(isLoss)], ['failed', 2, 2]);
    const loads = (): number => stage.count((event) => event.type === 'swap' && event.deck === 1 && event.stage === 'loading');
    assert.equal(loads(), 2);
    await stage.play(beatsPerBar);
    assert.equal(loads(), 2);
    assert.deepEqual([other.pack, stage.engine.parameters.get('playing')], ['perlin', true]);
    await stage.engine.parameters.write('deck/1/load', ['tiny-lm', 'beat'], 'test');
    assert.deepEqual([deck.pack, deck.state], ['tiny-lm', 'playing']);
  });

  it('at the start lets the pack begin that the lost one names', async (context) => {
    const stage = await Stage.open(context, folder, 'unserved');
    assert.equal(stage.engine.decks[0].pack, 'tiny-lm');
    assert.ok(stage.events.some(isLoss));
  });

  it('while a pack is loaded puts it on the CPU, and says so', async (context) => {
    const stage = await Stage.open(context, folder, 'cramped');
    assert.deepEqual([stage.engine.decks[0].pack, stage.count(isLoss)], ['cramped', 0]);
    assert.ok(stage.sentences.some((sentence) => sentence.startsWith('cramped is loaded on the CPU: the fake device was lost')));
  });
});
