import type { VoiceSource } from '../../src/engine/deck/voice.js';
import type { Hearing } from '../../src/engine/listening/hearing.js';
import type { Beats, Bpm, Micros } from '../../src/engine/music/units.js';
import type { Plan } from '../../src/engine/deck/plan.js';
import { monotonicClock } from '../../src/engine/time/clock.js';
import { LiveStage } from './live-stage.js';
import { SimulatedStage, type Work } from './simulated-stage.js';

/** A deck that somebody plays to, on some clock. */
export interface AnswerStage {
  readonly hearing: Hearing;
  readonly plan: Plan;
  readonly beat: Beats;
  /** By the clock that what is heard is stamped with. */
  readonly now: Micros;
  start(pack: string): Promise<void>;
  /** What a performer does to deck 1. */
  write(word: string, ...values: (string | number)[]): Promise<void>;
  playUntil(beat: Beats): Promise<void>;
  /** What the composer has done since this was called last; nothing where that is not watched. */
  work(): readonly (Work & { readonly beat: Beats })[];
  /** Returns the beats at which notes left, in order. */
  end(): Promise<readonly Beats[]>;
}

/** By the clock on the wall, with a real send thread. */
export function liveAnswerStage(voices: VoiceSource, bpm: Bpm): AnswerStage {
  const stage = new LiveStage(voices, bpm);
  return {
    hearing: stage.hearing,
    get plan() {
      return stage.deck.plan;
    },
    get beat() {
      return stage.beat;
    },
    get now() {
      return monotonicClock.now();
    },
    start: (pack) => stage.start(pack),
    write: (word, ...values) => stage.write(word, ...values),
    playUntil: (beat) => stage.playUntil(beat),
    work: () => [],
    end: async () => {
      const [now, beat] = [monotonicClock.now(), stage.beat];
      const notes = await stage.end();
      return sorted(notes.map(({ onMicros }) => beat + ((onMicros - now) * bpm) / 60_000_000));
    },
  };
}

/** By processor time: as a machine would play that does nothing else, whatever this one does besides. */
export function simulatedAnswerStage(voices: VoiceSource, bpm: Bpm): AnswerStage {
  const done: (Work & { readonly beat: Beats })[] = [];
  const stage: SimulatedStage = new SimulatedStage(voices, bpm, (work) => {
    done.push({ ...work, beat: stage.beat });
    return work.processorMicros;
  });
  return {
    hearing: stage.hearing,
    get plan() {
      return stage.deck.plan;
    },
    get beat() {
      return stage.beat;
    },
    get now() {
      return stage.clock.now();
    },
    start: (pack) => stage.start(pack),
    write: (word, ...values) => stage.parameters.write(`deck/1/${word}`, values, 'bench'),
    playUntil: (beat) => stage.playUntil(beat),
    work: () => done.splice(0),
    end: async () => {
      await stage.end();
      return sorted(stage.recorder.score().notes.map((note) => note.beat));
    },
  };
}

function sorted(beats: readonly Beats[]): readonly Beats[] {
  return [...beats].sort((one, other) => one - other);
}
