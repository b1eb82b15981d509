import type { ComposeControls, ComposedSpan } from '../../../../src/engine/contracts/composer.js';
import { NullComposer } from '../../../../src/engine/contracts/null-composer.js';
import type { NoteListener, NoteSource } from '../../../../src/engine/contracts/note-source.js';
import type { Voice, VoiceRequest, VoiceSource } from '../../../../src/engine/deck/voice.js';
import type { EngineEvent } from '../../../../src/engine/events.js';
import { Ensemble } from '../../../../src/engine/ensemble.js';
import { SentNotes } from '../../../../src/engine/listening/sent-notes.js';
import { watchedSender } from '../../../../src/engine/listening/watched-sender.js';
import type { Note } from '../../../../src/engine/music/note.js';
import type { Score } from '../../../../src/engine/music/score.js';
import { ParameterStore } from '../../../../src/engine/parameters/parameter-store.js';
import { TakeRecorder } from '../../../../src/engine/rendering/take-recorder.js';
import { LocalSender } from '../../../../src/engine/scheduling/local-sender.js';
import { VirtualClock } from '../../../../src/engine/time/clock.js';
import { timeAt, type Timeline } from '../../../../src/engine/time/timeline.js';

/** The null composer, remembering what it was told and asked. */
export class AttentiveComposer extends NullComposer {
  readonly primed: { readonly history: Score; readonly atBeat: number }[] = [];
  readonly asked: ComposeControls[] = [];

  override async prime(history: Score, atBeat: number): Promise<void> {
    this.primed.push({ history, atBeat });
    await super.prime(history, atBeat);
  }

  override async compose(untilBeat: number, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    this.asked.push(controls);
    return super.compose(untilBeat, controls, stopped);
  }
}

/** Somebody at the keys. */
class Player implements NoteSource {
  readonly name = 'keys';
  readonly latencyMicros = 0;
  listener: NoteListener | undefined;

  start(listener: NoteListener): void {
    this.listener = listener;
  }

  stop(): void {
    this.listener = undefined;
  }
}

const fromTop: Timeline = { bpm: 120, beatOrigin: 0, timeOrigin: 0 };
/** As often as the engine looks. */
const stepMicros = 10_000;

/** One deck, somebody who plays beside it, and time that moves when told. */
export class Stage {
  readonly clock = new VirtualClock();
  readonly parameters = new ParameterStore();
  readonly recorder = new TakeRecorder();
  readonly events: EngineEvent[] = [];
  readonly ensemble: Ensemble;
  private readonly player = new Player();
  private readonly sender: LocalSender;
  private readonly script: { readonly beat: number; readonly act: () => void }[] = [];

  private constructor(readonly composer: AttentiveComposer, voices: VoiceSource) {
    const { clock, parameters } = this;
    this.sender = new LocalSender(clock, { timeline: fromTop });
    const sent = new SentNotes(clock);
    this.ensemble = new Ensemble({ clock, sender: watchedSender(this.sender, sent), voices, parameters, timeline: fromTop, sent }, 1);
    this.ensemble.hearing.register(this.player);
    parameters.onEvent((event) => this.events.push(event));
  }

  /** Values are those of deck 1. */
  static async begin(values: Readonly<Record<string, number | string | boolean>>, composer = new AttentiveComposer()): Promise<Stage> {
    const voices = {
      fallback: undefined,
      open: async ({ pack }: VoiceRequest): Promise<Voice> => {
        await composer.prepare();
        return { pack, composer, sampling: {} };
      },
    };
    return Stage.with(voices, 'null', values, composer);
  }

  /** The same with packs of another source. */
  static async with(
    voices: VoiceSource,
    pack: string,
    values: Readonly<Record<string, number | string | boolean>>,
    composer = new AttentiveComposer(),
  ): Promise<Stage> {
    const stage = new Stage(composer, voices);
    for (const [name, value] of Object.entries(values)) await stage.parameters.write(`deck/1/${name}`, [value], 'test');
    await stage.sender.attach({ name: 'take', leadMicros: 0, offsetMicros: 0, sendsClock: false }, stage.recorder);
    await stage.deck.load(pack, 'now');
    await stage.deck.settled();
    stage.ensemble.transport({ type: 'start', beat: 0, micros: 0 });
    return stage;
  }

  get deck() {
    return this.ensemble.decks[0];
  }

  /** What the deck has played. */
  get played(): readonly Note[] {
    return this.recorder.score().notes;
  }

  /** Somebody plays these, as time comes to them. */
  willPlay(...notes: readonly (readonly [beat: number, duration: number, pitch: number])[]): void {
    for (const [beat, duration, pitch] of notes) {
      this.at(beat, () => this.player.listener?.heard({ type: 'noteOn', channel: 0, pitch, velocity: 80, micros: this.clock.now() }));
      this.at(beat + duration, () => this.player.listener?.heard({ type: 'noteOff', channel: 0, pitch, micros: this.clock.now() }));
    }
  }

  /** Something happens when time comes to `beat`. */
  at(beat: number, act: () => void): void {
    this.script.push({ beat, act });
    this.script.sort((a, b) => a.beat - b.beat);
  }

  async playUntil(beat: number): Promise<void> {
    const end = timeAt(this.ensemble.session.timeline, beat);
    while (this.clock.now() < end) {
      const next = this.script[0] && timeAt(this.ensemble.session.timeline, this.script[0].beat);
      // A composer may have let time pass what comes next.
      this.sender.advanceTo(Math.max(this.clock.now(), Math.min(end, this.clock.now() + stepMicros, next ?? Infinity)));
      while (this.script[0] && timeAt(this.ensemble.session.timeline, this.script[0].beat) <= this.clock.now()) this.script.shift()?.act();
      this.ensemble.advance();
      await this.deck.settled();
    }
  }
}
