import type { MusicConstraint } from '../music/constraint.js';
import type { Note } from '../music/note.js';
import type { ControlMark, ProgramMark, Score, TempoMark } from '../music/score.js';
import type { Beats } from '../music/units.js';
import type { LinkFigures } from './link-figures.js';
import type { SteeringMode } from './model-steering.js';
import type { TokenAttribute } from './tokenizer.js';

/** Service identifier of the composer in a worker's container. */
export const Composer = Symbol.for('continuo.Composer');

/**
 * Continues music in beats. The engine knows only this; a tokenizer with a language model is one way to be one.
 * Thread: the inference worker. Blocks: compose, for as long as it thinks. Calls never overlap.
 * Errors: `deviceLost` from any method where the GPU or the server it computes on is gone: nothing more is asked of it, and
 * the deck goes on with the pack's `fallback`, or with the same pack on the CPU.
 */
export interface Composer {
  /** Loads and warms up. Errors: `badPack`, `modelFailed`. */
  prepare(): Promise<void>;
  /**
   * Forgets everything, then takes `history` (beats of the session) as what was played before `atBeat`. A composer that
   * takes long over it asks `awaited()` now and then; when it says true it ends early and does the rest as it composes.
   */
  prime(history: Score, atBeat: Beats, awaited?: () => boolean): Promise<void>;
  /**
   * Composes from where it stands to `untilBeat` (exclusive): every onset in between, in order, each given out once.
   * `stopped()` is asked between model runs; when it says true the span ends early at the beat reached.
   */
  compose(untilBeat: Beats, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan>;
  /**
   * Optional: the first note that it would write at `fromBeat` (where it was primed, or later) or after, and before `untilBeat`.
   * It goes back to where it was primed for that and stays there: the same question has the same answer, whatever was asked and
   * composed in between. A composer that is asked beforehand looks whether something is `awaited`, and then ends without one.
   */
  nextNote?(question: NoteQuestion, controls: ComposeControls, awaited?: () => boolean): Promise<NoteAnswer>;
  /** Optional, on whatever side of a thread `awaited` is not looked at: something is, and what is under way ends early. */
  hurry?(): void;
  /** Forgets everything composed at or after `toBeat`; the next compose starts there. `awaited` as in prime. */
  rewind(toBeat: Beats, awaited?: () => boolean): Promise<void>;
  /**
   * Optional: what the composer remembered of the music before where it decided on what plays at `beat`, as numbers of a
   * fixed count; `undefined` where it has no such memory. The copy is the caller's.
   */
  keepState?(beat: Beats): Promise<Float32Array | undefined>;
  /**
   * Optional: takes back what is composed past where it stands, and goes on with a kept state as its memory from the first
   * place at or after it where it decides (the next bar). `amount` 0..1: how far from its own memory to the state. A later
   * rewind leaves it in force; prime forgets it. Errors: `badValue` where the state is not one of this composer's.
   */
  recallState?(state: Float32Array, amount: number): Promise<void>;
  /**
   * Optional: how likely the composer thinks it, as a natural logarithm, that what it has composed up to where it stands goes
   * on with `following`, whose notes lie from there to `untilBeat`. Only figures of the same notes can be compared. It goes on
   * afterwards as if it had not been asked. `undefined` where it cannot say, or was stopped.
   */
  foresee?(following: readonly Note[], untilBeat: Beats, controls: ComposeControls, stopped: () => boolean): Promise<number | undefined>;
  dispose(): Promise<void>;
}

/** Where a note is looked for. */
export interface NoteQuestion {
  readonly fromBeat: Beats;
  /** Exclusive. */
  readonly untilBeat: Beats;
}

export interface NoteAnswer {
  /** Default: there is none. */
  readonly note?: Note;
  /** Something was awaited before it was known. */
  readonly isInterrupted?: boolean;
}

export interface ComposedSpan {
  readonly fromBeat: Beats;
  /** Exclusive; all onsets before it are given. */
  readonly untilBeat: Beats;
  readonly notes: readonly Note[];
  readonly programs: readonly ProgramMark[];
  readonly controls: readonly ControlMark[];
  /** Tempos the music is written for, where the composer tells them. On stage nothing follows them: the host leads. */
  readonly tempos?: readonly TempoMark[];
  /** Model runs spent (tokens sampled), and the time they took. */
  readonly tokens: number;
  readonly micros: number;
  /** Where the composer computes on another machine: how that is reached. */
  readonly link?: LinkFigures;
  /** Ids of the past it looks back on at most, for now; absent where it cannot look back on less. */
  readonly contextTokens?: number;
}

/** Everything a performer can turn while it plays; read afresh at every compose. */
export interface ComposeControls {
  readonly sampling: SamplingControls;
  readonly constraint: MusicConstraint;
  /** Semitones above C (A minor) the music should sound in, 0..11, where the composer can transpose. */
  readonly keySemitones: number;
  /** Onsets per beat aimed at, 0..1 of what the composer can; 0.5 is its own idea. */
  readonly density: number;
  /** Major or minor, where the composer can say. */
  readonly mode: SteeringMode;
  /** One of the styles the pack names; '': the composer's own. */
  readonly style: string;
  /** What it is to lead into, where it can. Default: it goes anywhere. */
  readonly goal?: Goal;
  /** How much of what it can look back on it is to, 0 < .. <= 1, where time is short. Default: all. */
  readonly contextShare?: number;
}

/** Music that comes later and is known. */
export interface Goal {
  readonly notes: readonly Note[];
  readonly fromBeat: Beats;
  /** Exclusive. */
  readonly untilBeat: Beats;
  readonly beatsPerBar: number;
}

export interface SamplingControls {
  /** 0 is greedy. */
  readonly temperature: number;
  /** 0..1 */
  readonly topP: number;
  /** 0 is off. */
  readonly topK: number;
  /** 0..1, 0 is off. */
  readonly minP: number;
  /**
   * Log-bias on what followed the last time the music went as it goes now, as far as it agrees: above 0 passages come back,
   * below 0 they are avoided; loops are never wished. Default: 0, neither.
   */
  readonly repetition?: number;
  /** Factors on the temperature. */
  readonly attributeTemperature: Partial<Record<TokenAttribute, number>>;
  /** Seed of the take: the same seed, history and controls give the same notes. */
  readonly seed: number;
}
