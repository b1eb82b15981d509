import type { Deck } from '../../src/engine/deck/deck.js';
import type { VoiceSource } from '../../src/engine/deck/voice.js';
import { endBeat } from '../../src/engine/music/note.js';
import type { Beats, Bpm, Micros } from '../../src/engine/music/units.js';
import type { RecordedNote } from './note-recorder.js';
import { SimulatedStage } from './simulated-stage.js';
import type { SwapStage } from './swap-script.js';

/** Swaps on the clock of the processor: as a machine would play them that does nothing else. Loading takes no time of it. */
export class SimulatedSwapStage implements SwapStage {
  readonly stage: SimulatedStage;

  constructor(
    voices: VoiceSource,
    private readonly bpm: Bpm,
  ) {
    this.stage = new SimulatedStage(voices, bpm, ({ processorMicros }) => processorMicros);
  }

  get deck(): Deck {
    return this.stage.deck;
  }

  get beat(): Beats {
    return this.stage.beat;
  }

  get now(): Micros {
    return this.stage.clock.now();
  }

  start(pack: string): Promise<void> {
    return this.stage.start(pack);
  }

  write(word: string, ...values: (string | number)[]): Promise<void> {
    return this.stage.playDuring(this.stage.parameters.write(`deck/1/${word}`, values, 'bench'));
  }

  playUntil(beat: Beats): Promise<void> {
    return this.stage.playUntil(beat);
  }

  /** A note that has no end when the stage is closed hangs. Nothing is late by this clock. */
  async end(): Promise<readonly RecordedNote[]> {
    await this.stage.end();
    const { recorder } = this.stage;
    const hanging: RecordedNote[] = Array.from({ length: recorder.hanging }, () => ({ dueMicros: 0, onMicros: 0, dueOffMicros: 0 }));
    const micros = (beat: Beats): Micros => (beat * 60_000_000) / this.bpm;
    const ended = recorder.score().notes.map((note) => ({ dueMicros: micros(note.beat), onMicros: micros(note.beat), dueOffMicros: micros(endBeat(note)), offMicros: micros(endBeat(note)) }));
    return [...ended, ...hanging];
  }
}
