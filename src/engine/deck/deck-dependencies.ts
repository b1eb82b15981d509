import type { WaitingMemory } from '../capacity/waiting-memory.js';
import type { ContinuoError } from '../errors.js';
import type { EngineEvent } from '../events.js';
import type { Hearing } from '../listening/hearing.js';
import type { Beats } from '../music/units.js';
import type { Sender } from '../scheduling/sender.js';
import type { Clock } from '../time/clock.js';
import type { DeckControls } from './deck-controls.js';
import type { ModeSettings } from './modes/mode-ground.js';
import type { HeardMusic } from './plan.js';
import type { Pace } from './real-time-law.js';
import type { RealTimeFigures } from './tick-ledger.js';
import type { Shaping } from './shaping/shaping.js';
import type { VoiceSource } from './voice.js';

/** How a deck keeps the real-time law: ISR, staleness, ISRw; RT95, I and GL. */
export interface DeckRealTime extends RealTimeFigures {
  /** Sixteenths without music, since it first played. */
  readonly missedTicks: number;
  /** What 95 of 100 answers to a change take at most. */
  readonly answerMilliseconds: number;
  readonly pace: Pace;
}

export type DeckState = 'empty' | 'loading' | 'playing' | 'listening' | 'resting' | 'failed';

/** Where the music is now, in session beats. */
export interface Position {
  beat(): Beats;
  readonly playing: boolean;
  readonly beatMicros: number;
}

export interface DeckSettings {
  readonly horizon: Beats;
  readonly commit: Beats;
  readonly beatsPerBar: number;
}

export interface DeckDependencies {
  readonly clock: Clock;
  readonly sender: Sender;
  readonly voices: VoiceSource;
  /** What the voices of all decks may take that wait. */
  readonly waitingMemory: WaitingMemory;
  readonly controls: DeckControls;
  readonly position: Position;
  /** What people play. */
  readonly hearing: Hearing;
  readonly heardMusic: HeardMusic;
  modeSettings(): ModeSettings;
  /** How the music is played. Default: as it is written. */
  shaping?(): Shaping;
  /** False while the machine is needed by other decks. Default: it may. */
  mayPlay?(): boolean;
  /** Whether it is pressed for time: nothing is composed that will not be heard. Default: not. */
  isPressed?(): boolean;
  settings(): DeckSettings;
  emit(event: EngineEvent): void;
  report(error: ContinuoError): void;
  /** The names of its kept states are others now. */
  keptStates?(names: readonly string[]): void;
  /** So many bars are repeated from now on; 0: none. */
  frozen?(bars: number): void;
  /** The packs that wait are others now. */
  waiting?(names: { readonly cued: readonly string[]; readonly parked: readonly string[] }): void;
}
