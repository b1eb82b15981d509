import type { ContinuoError } from '../errors.js';
import type { EngineEvent } from '../events.js';
import type { Beats } from '../music/units.js';
import type { Sender } from '../scheduling/sender.js';
import type { DeckControls } from './deck-controls.js';
import type { VoiceSource } from './voice.js';

export type DeckState = 'empty' | 'loading' | 'playing' | 'resting' | 'failed';

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
  readonly sender: Sender;
  readonly voices: VoiceSource;
  readonly controls: DeckControls;
  readonly position: Position;
  settings(): DeckSettings;
  emit(event: EngineEvent): void;
  report(error: ContinuoError): void;
  /** The names of its kept states are others now. */
  keptStates?(names: readonly string[]): void;
}
