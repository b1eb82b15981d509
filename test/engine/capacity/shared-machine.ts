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

/** What a beat needs of its time on one core: with all there is to look back on, and with less, where it can look back on less. */
export interface Need {
  readonly share: number;
  readonly shorter?: number;
}

/** Ids that it looks back on where it looks back at all. */
const contextTokens = 1000;

/** Every beat takes its share of the beat's time on one core. */
class SlowComposer extends NullComposer {
  constructor(private readonly cores: VirtualCores, private readonly clock: VirtualClock, private readonly need: () => Need) {
    super();
  }

  override async compose(untilBeat: Beats, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    const began = this.clock.now();
    const span = await super.compose(untilBeat, controls, stopped);
    const { share, shorter } = this.need();
    const { contextShare = 1 } = controls;
    await this.cores.work((span.untilBeat - span.fromBeat) * (contextShare < 1 ? (shorter ?? share) : share) * beatMicros);
    return { ...span, micros: this.clock.now() - began, ...(shorter !== undefined && { contextTokens: contextTokens * contextShare }) };
  }
}

/** What a performer does to the table before the music begins, and sees on it a few times a beat. */
export interface Onlooker {
  begins(parameters: ParameterStore): Promise<void>;
  sees(parameters: ParameterStore, beat: Beats): void;
}

/** What came of decks that each need a share of a core, on a machine with two of them; `needs` by the beat that is heard. */
export async function played(shares: readonly number[], beats: Beats, places: number, needs?: (deck: number, beat: Beats) => Need, onlooker?: Onlooker) {
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
      const [deck, share] = pack.split(' ').map(Number);
      const composer = new SlowComposer(cores, clock, () => needs?.(deck, ensemble.session.beat()) ?? { share });
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
    if (clock.now() % judgeMicros !== 0) return;
    ensemble.publishCounters();
    onlooker?.sees(parameters, ensemble.session.beat());
  };
  await onlooker?.begins(parameters);
  let loading = true;
  const loads = Promise.all(decks.map((deck, index) => deck.load(`${deck.number} ${shares[index]}`, 'now'))).finally(() => (loading = false));
  while (loading || decks.some(({ aheadBeats }) => aheadBeats < 7)) await pass();
  await loads;
  const micros = clock.now();
  ensemble.follow({ ...timeline, timeOrigin: micros });
  ensemble.transport({ type: 'start', beat: 0, micros });
  while (ensemble.session.beat() < beats) await pass();
  const outcome = {
    inTime: decks.map(({ realTime }) => realTime.inTime),
    states: decks.map(({ state }) => state),
    underruns: decks.map(({ underruns }) => underruns),
    contexts: decks.map(({ number }) => parameters.get(`deck/${number}/context`)),
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
