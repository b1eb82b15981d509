import { setTimeout as pass } from 'node:timers/promises';
import type { Deck } from '../../src/engine/deck/deck.js';
import type { VoiceSource } from '../../src/engine/deck/voice.js';
import { Ensemble } from '../../src/engine/ensemble.js';
import type { EngineEvent } from '../../src/engine/events.js';
import type { Hearing } from '../../src/engine/listening/hearing.js';
import type { Beats, Bpm, Micros } from '../../src/engine/music/units.js';
import { ParameterStore } from '../../src/engine/parameters/parameter-store.js';
import { SendThread } from '../../src/engine/scheduling/send-thread.js';
import { monotonicClock } from '../../src/engine/time/clock.js';
import { noteRecorder, type RecordedNote } from './note-recorder.js';
import type { SwapStage } from './swap-script.js';

/** As often as the engine looks after its decks. */
const lookMilliseconds = 10;
const mostEvents = 400_000;

/** A deck as on stage, on the clock of this machine, with a real send thread and a wire that writes down what it is given. */
export class LiveStage implements SwapStage {
  readonly parameters = new ParameterStore();
  /** What the performer was told. */
  readonly sentences: string[] = [];
  private readonly recorder = noteRecorder(mostEvents);
  readonly sender = new SendThread();
  private readonly ensemble: Ensemble;
  private looks: NodeJS.Timeout | undefined;

  constructor(
    voices: VoiceSource,
    private readonly bpm: Bpm,
    onEvent: (event: EngineEvent) => void = () => undefined,
  ) {
    const { parameters, sender } = this;
    this.ensemble = new Ensemble({ clock: monotonicClock, sender, voices, parameters, timeline: this.timeline(monotonicClock.now()) }, 1);
    parameters.onEvent((event) => {
      if (event.type === 'notice' || event.type === 'error') this.sentences.push(event.sentence);
      onEvent(event);
    });
  }

  get deck(): Deck {
    return this.ensemble.decks[0];
  }

  get hearing(): Hearing {
    return this.ensemble.hearing;
  }

  /** Resolves as soon as something more is planned. */
  nextPlan(): Promise<void> {
    return new Promise((resolve) => {
      const end = this.parameters.onEvent((event) => {
        if (event.type !== 'planned') return;
        end();
        resolve();
      });
    });
  }

  get beat(): Beats {
    return this.ensemble.session.beat();
  }

  async start(pack: string): Promise<void> {
    await this.sender.addOutput(this.recorder.specification);
    this.looks = setInterval(() => this.ensemble.advance(), lookMilliseconds);
    await this.deck.load(pack, 'now');
    await this.deck.settled();
    const micros = monotonicClock.now() + 100_000;
    this.ensemble.follow(this.timeline(micros));
    this.ensemble.transport({ type: 'start', beat: 0, micros });
  }

  get now(): Micros {
    return monotonicClock.now();
  }

  /** What a performer does to deck 1. */
  async write(word: string, ...values: (string | number)[]): Promise<void> {
    await this.parameters.write(`deck/1/${word}`, values, 'bench');
  }

  async playUntil(beat: Beats): Promise<void> {
    while (this.beat < beat) await pass(Math.max(1, Math.min(200, ((beat - this.beat) * 60_000) / this.bpm)));
  }

  /** Lets what sounds end by itself first; returns everything that was played. */
  async end(): Promise<readonly RecordedNote[]> {
    this.sender.flush(this.deck.number, this.beat);
    clearInterval(this.looks);
    await this.playUntil(this.beat + 16);
    const notes = this.recorder.read();
    await this.ensemble.dispose();
    await this.sender.close();
    return notes;
  }

  private timeline(timeOrigin: number) {
    return { bpm: this.bpm, beatOrigin: 0, timeOrigin };
  }
}
