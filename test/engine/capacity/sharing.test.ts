import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComposeControls, ComposedSpan } from '../../../src/engine/contracts/composer.js';
import { NullComposer } from '../../../src/engine/contracts/null-composer.js';
import type { Voice, VoiceSource } from '../../../src/engine/deck/voice.js';
import { Ensemble } from '../../../src/engine/ensemble.js';
import type { Beats, Micros } from '../../../src/engine/music/units.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { LocalSender } from '../../../src/engine/scheduling/local-sender.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';

const bpm = 120;
const beatMicros = 500_000;
const lookMicros = 10_000;
const judgeMicros = 250_000;

/** A machine with so many cores whose work is shared evenly among those that compute: a fake for time, not for the decks. */
class VirtualCores {
  private jobs: { left: Micros; readonly done: () => void }[] = [];

  constructor(private readonly cores: number) {}

  work(micros: Micros): Promise<void> {
    return new Promise((done) => this.jobs.push({ left: micros, done }));
  }

  pass(micros: Micros): void {
    const each = micros * Math.min(1, this.cores / Math.max(1, this.jobs.length));
    for (const job of this.jobs) job.left -= each;
    for (const { done } of this.jobs.filter(({ left }) => left <= 0)) done();
    this.jobs = this.jobs.filter(({ left }) => left > 0);
  }
}

/** Every beat takes its share of the beat's time on one core. */
class SlowComposer extends NullComposer {
  constructor(private readonly cores: VirtualCores, private readonly clock: VirtualClock, private readonly share: number) {
    super();
  }

  override async compose(untilBeat: Beats, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    const began = this.clock.now();
    const span = await super.compose(untilBeat, controls, stopped);
    await this.cores.work((span.untilBeat - span.fromBeat) * this.share * beatMicros);
    return { ...span, micros: this.clock.now() - began };
  }
}

/** What came of decks that each need a share of a core, on a machine with two of them. */
async function played(shares: readonly number[], beats: Beats, places: number) {
  const clock = new VirtualClock();
  const cores = new VirtualCores(2);
  const timeline = { bpm, beatOrigin: 0, timeOrigin: 0 };
  const sender = new LocalSender(clock, { timeline });
  const parameters = new ParameterStore();
  const said: string[] = [];
  parameters.onEvent((event) => event.type === 'notice' && event.sentence.startsWith('Deck') && said.push(event.sentence.split(/[:.]/)[0]));
  const voices: VoiceSource = {
    fallback: undefined,
    open: async ({ pack }): Promise<Voice> => {
      const composer = new SlowComposer(cores, clock, Number(pack));
      await composer.prepare();
      return { pack, composer, sampling: {} };
    },
  };
  const ensemble = new Ensemble({ clock, sender, voices, parameters, timeline, places }, shares.length);
  const { decks } = ensemble;
  const pass = async (): Promise<void> => {
    await new Promise(setImmediate);
    cores.pass(lookMicros);
    sender.advanceTo(clock.now() + lookMicros);
    await new Promise(setImmediate);
    ensemble.advance();
    if (clock.now() % judgeMicros === 0) ensemble.publishCounters();
  };
  let loading = true;
  const loads = Promise.all(decks.map((deck, index) => deck.load(String(shares[index]), 'now'))).finally(() => (loading = false));
  while (loading || decks.some(({ aheadBeats }) => aheadBeats < 7)) await pass();
  await loads;
  const micros = clock.now();
  ensemble.follow({ ...timeline, timeOrigin: micros });
  ensemble.transport({ type: 'start', beat: 0, micros });
  while (ensemble.session.beat() < beats) await pass();
  const outcome = {
    inTime: decks.map(({ realTime }) => realTime.inTime),
    states: decks.map(({ state }) => state),
    said,
  };
  let ending = true;
  const end = ensemble.dispose().finally(() => (ending = false));
  while (ending) {
    cores.pass(beatMicros);
    await new Promise(setImmediate);
  }
  await end;
  return outcome;
}

describe('decks that share a machine', { timeout: 120_000 }, () => {
  it('all play while it can compute them all, however unequal they are', async () => {
    const { inTime, said } = await played([0.6, 0.3, 0.3, 0.2, 0.1, 0.1, 0.05, 0.05], 48, 4);
    assert.deepEqual(inTime, Array.from({ length: 8 }, () => 1));
    assert.deepEqual(said, []);
  });

  it('play on without a gap but for the last of them, where it cannot; those say so once', async () => {
    const { inTime, said, states } = await played(Array.from({ length: 8 }, () => 0.35), 64, 4);
    assert.deepEqual(said, ['Deck 8 rests', 'Deck 7 rests', 'Deck 6 rests'].slice(0, said.length));
    assert.ok(said.length >= 2, said.join());
    assert.deepEqual(inTime.slice(0, 8 - said.length), Array.from({ length: 8 - said.length }, () => 1));
    assert.deepEqual(states, Array.from({ length: 8 }, (_unused, index) => (index < 8 - said.length ? 'playing' : 'resting')));
  });

  it('play on without a gap but for one that no machine could hold', async () => {
    const { inTime, said } = await played([0.3, 2.5, 0.4, 0.4], 64, 2);
    assert.deepEqual(said.slice(0, 1), ['Deck 2 rests']);
    assert.deepEqual([inTime[0], inTime[2], inTime[3]], [1, 1, 1]);
  });
});
