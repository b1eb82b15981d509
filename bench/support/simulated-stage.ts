import { readFileSync } from 'node:fs';
import type { ComposeControls, ComposedSpan, Composer } from '../../src/engine/contracts/composer.js';
import type { Deck } from '../../src/engine/deck/deck.js';
import { joinSpans } from '../../src/engine/deck/join-spans.js';
import { ticksPerBeat } from '../../src/engine/deck/real-time-law.js';
import type { Voice, VoiceSource } from '../../src/engine/deck/voice.js';
import { Ensemble } from '../../src/engine/ensemble.js';
import type { Hearing } from '../../src/engine/listening/hearing.js';
import type { Score } from '../../src/engine/music/score.js';
import type { Beats, Bpm, Micros } from '../../src/engine/music/units.js';
import { ParameterStore } from '../../src/engine/parameters/parameter-store.js';
import { TakeRecorder } from '../../src/engine/rendering/take-recorder.js';
import { LocalSender } from '../../src/engine/scheduling/local-sender.js';
import { VirtualClock } from '../../src/engine/time/clock.js';
import { timeAt, type Timeline } from '../../src/engine/time/timeline.js';

/** As often as the engine looks after its decks. */
const lookMicros: Micros = 10_000;

/** What a composer has done, and what it is to have taken. */
export interface Work {
  readonly pack: string;
  readonly method: 'prime' | 'compose' | 'rewind' | 'foresee';
  /** Whether it was asked for, and is not the continuation of what was. */
  readonly begins: boolean;
  /** Beats composed; 0 for the rest. */
  readonly beats: Beats;
  /** Processor time that this process's other threads spent meanwhile. */
  readonly processorMicros: Micros;
}

/**
 * A deck on a clock of its own that goes on while the composer thinks: by as much as `costOf` says that its work took, not by
 * what it took here. So a law can be tried with any speed, and a pack be judged by its processor time on a busy machine.
 * Thread: main.
 */
export class SimulatedStage {
  readonly clock = new VirtualClock();
  readonly parameters = new ParameterStore();
  readonly recorder = new TakeRecorder();
  readonly sender: LocalSender;
  readonly deck: Deck;
  readonly sentences: string[] = [];
  readonly ensemble: Ensemble;
  private readonly timeline: Timeline;
  private sleepers: { readonly due: Micros; readonly wake: () => void }[] = [];
  private thinking = 0;
  private readonly onRest: (() => void)[] = [];
  private tick = 0;

  constructor(voices: VoiceSource, bpm: Bpm, costOf: (work: Work) => Micros, deckCount = 1, loadingMicros: Micros = 0) {
    this.timeline = { bpm, beatOrigin: 0, timeOrigin: 0 };
    this.sender = new LocalSender(this.clock, { timeline: this.timeline });
    const timed: VoiceSource = {
      fallback: voices.fallback,
      open: async (request, onFailure) => {
        this.thinking += 1;
        const voice = await voices.open(request, onFailure).finally(() => this.rests());
        await this.sleep(loadingMicros);
        return this.timed(voice, costOf);
      },
    };
    const { clock, sender, parameters, timeline } = this;
    this.ensemble = new Ensemble({ clock, sender, voices: timed, parameters, timeline }, deckCount);
    [this.deck] = this.ensemble.decks;
    parameters.onEvent((event) => event.type === 'notice' && this.sentences.push(event.sentence));
  }

  get hearing(): Hearing {
    return this.ensemble.hearing;
  }

  /** Where the music is. */
  get beat(): Beats {
    return this.ensemble.session.beat();
  }

  /** Loads a pack, then starts. */
  async start(pack: string): Promise<void> {
    await this.sender.attach({ name: 'stage', leadMicros: 0, offsetMicros: 0, sendsClock: false }, this.recorder);
    let loading = true;
    const load = this.deck.load(pack, 'now').finally(() => (loading = false));
    while (loading) await this.step(this.clock.now() + lookMicros);
    await load;
    for (let look = 0; look < 500 && this.deck.aheadBeats < this.parameters.number('horizon') - 1; look += 1) await this.step(this.clock.now() + lookMicros);
    const micros = this.clock.now();
    this.ensemble.follow({ ...this.timeline, timeOrigin: micros });
    this.ensemble.transport({ type: 'start', beat: 0, micros });
  }

  /** Plays on; `onTick` is called right after every sixteenth. */
  async playUntil(beat: Beats, onTick: (tick: number) => void = () => undefined): Promise<void> {
    const { timeline } = this.ensemble.session;
    const end = timeAt(timeline, beat);
    while (this.clock.now() < end) {
      const tickMicros = timeAt(timeline, this.tick / ticksPerBeat);
      if (tickMicros <= this.clock.now()) {
        onTick(this.tick);
        this.tick += 1;
      } else await this.step(Math.min(end, tickMicros, this.clock.now() + lookMicros));
    }
  }

  /** Plays on until something is done that hangs on time. Errors: those of `doing`. */
  async playDuring(doing: Promise<void>): Promise<void> {
    let pending = true;
    const done = doing.finally(() => (pending = false));
    // It is looked at below, once it is done.
    done.catch(() => undefined);
    while (pending) await this.step(this.clock.now() + lookMicros);
    await done;
  }

  async end(): Promise<void> {
    this.ensemble.transport({ type: 'stop', beat: this.ensemble.session.beat(), micros: this.clock.now() });
    this.sender.run();
    let ending = true;
    const disposal = this.ensemble.dispose().finally(() => (ending = false));
    while (ending) {
      for (const { wake } of this.sleepers.splice(0)) wake();
      await this.idle();
    }
    await disposal;
    await this.sender.close();
  }

  private async step(until: Micros): Promise<void> {
    await this.idle();
    const due = this.sleepers.reduce((soonest, sleeper) => Math.min(soonest, sleeper.due), until);
    this.sender.advanceTo(due);
    const awake = this.sleepers.filter((sleeper) => sleeper.due <= due);
    this.sleepers = this.sleepers.filter((sleeper) => sleeper.due > due);
    for (const { wake } of awake) wake();
    await this.idle();
    this.ensemble.advance();
  }

  /** Until nothing goes on that takes no time of this stage's clock. */
  private async idle(): Promise<void> {
    do {
      await new Promise(setImmediate);
      // Whoever computes in another thread is not waited for by turning: that would be counted as processor time.
      if (this.thinking > 0) await new Promise<void>((resolve) => this.onRest.push(resolve));
    } while (this.thinking > 0);
  }

  private rests(): void {
    this.thinking -= 1;
    if (this.thinking === 0) for (const resolve of this.onRest.splice(0)) resolve();
  }

  private async sleep(micros: Micros): Promise<void> {
    if (micros > 0) await new Promise<void>((wake) => this.sleepers.push({ due: this.clock.now() + micros, wake }));
  }

  private timed(voice: Voice, costOf: (work: Work) => Micros): Voice {
    const lasting = async <Result>(method: Work['method'], begins: boolean, work: () => Promise<Result>, beatsOf: (result: Result) => Beats = () => 0): Promise<[Result, Micros]> => {
      this.thinking += 1;
      const before = composingMicros();
      const result = await work().finally(() => this.rests());
      const micros = costOf({ pack: voice.pack, method, begins, beats: beatsOf(result), processorMicros: Math.max(0, composingMicros() - before) });
      await this.sleep(micros);
      return [result, micros];
    };
    return { ...voice, composer: timedComposer(voice.composer, lasting) };
  }
}

type Lasting = <Result>(method: Work['method'], begins: boolean, work: () => Promise<Result>, beatsOf?: (result: Result) => Beats) => Promise<[Result, Micros]>;

/** A composer whose work lasts; it composes a sixteenth after the other, so that it can be stopped on the way. */
function timedComposer(composer: Composer, lasting: Lasting): Composer {
  let position: Beats = 0;
  const piece = async (untilBeat: Beats, begins: boolean, controls: ComposeControls): Promise<ComposedSpan> => {
    const until = Math.min(untilBeat, position + 1 / ticksPerBeat);
    const [span, micros] = await lasting('compose', begins, () => composer.compose(until, controls, () => false), ({ fromBeat }) => until - fromBeat);
    position = until;
    return { ...span, micros };
  };
  const { foresee } = composer;
  return {
    ...(foresee && {
      foresee: async (...asked: Parameters<typeof foresee>) => (await lasting('foresee', true, () => foresee.apply(composer, asked)))[0],
    }),
    prepare: () => composer.prepare(),
    prime: async (history: Score, atBeat: Beats) => {
      await lasting('prime', true, () => composer.prime(history, atBeat));
      position = atBeat;
    },
    compose: async (untilBeat: Beats, controls: ComposeControls, stopped: () => boolean) => {
      let span = await piece(untilBeat, true, controls);
      while (position < untilBeat && !stopped()) span = joinSpans(span, await piece(untilBeat, false, controls));
      return span;
    },
    rewind: async (toBeat: Beats) => {
      await lasting('rewind', true, () => composer.rewind(toBeat));
      position = Math.min(position, toBeat);
    },
    hurry: () => composer.hurry?.(),
    dispose: () => composer.dispose(),
  };
}

/**
 * Processor time of this process so far, without that of the main thread where the system tells it (Linux): there, somebody
 * looks every few milliseconds whether the composer is to be stopped, for as long as that takes by the clock on the wall.
 */
function composingMicros(): Micros {
  const { user, system } = process.cpuUsage();
  if (process.platform !== 'linux') return user + system;
  const [nanoseconds] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
  return user + system - Number(nanoseconds) / 1000;
}
