import type { Hearing } from '../../listening/hearing.js';
import type { Beats } from '../../music/units.js';
import type { Boundary } from '../../parameters/boundaries.js';
import type { Clock } from '../../time/clock.js';
import type { ContinuoError } from '../../errors.js';
import type { DeckControls } from '../deck-controls.js';
import type { DeckSettings, Position } from '../deck-dependencies.js';
import type { MusicAhead } from '../music-ahead.js';
import type { Frame } from '../plan.js';
import type { Voice } from '../voice.js';
import type { PlayMode } from './play-mode.js';

/** What a performer has chosen for a deck's modes. */
export interface ModeSettings {
  readonly mode: PlayMode;
  /** Where an answer begins. */
  readonly answerAt: Boundary;
  /** Silence after which it begins by itself; 0: never. */
  readonly answerAfter: Beats;
  /** How long it is; 0: until somebody plays. */
  readonly answerBars: number;
  /** Whether the key of the music is that of what is heard. */
  readonly followKey: boolean;
}

/** What the modes may see and do of their deck. */
export interface ModeGround {
  readonly deck: number;
  readonly clock: Clock;
  readonly position: Position;
  readonly hearing: Hearing;
  readonly ahead: MusicAhead;
  readonly controls: DeckControls;
  settings(): DeckSettings;
  modeSettings(): ModeSettings;
  voice(): Voice | undefined;
  /** False while the deck has to rest. Default: it has not. */
  mayPlay?(): boolean;
  /** The first beat that a composer asked now can decide on. */
  freeFrom(): Beats;
  /** Lets the voice hear what was played and heard before `atBeat`: all of it, and notes that reach over it end there, unless `frame` says otherwise. */
  prime(voice: Voice, atBeat: Beats, frame?: Frame): Promise<void>;
  /** The same, and the deck plays from `atBeat` on. */
  begin(voice: Voice, atBeat: Beats): Promise<void>;
  /** All that the voice composes plays `by` beats later from now on. */
  delay(by: Beats): void;
  /** Has what is not committed composed again, by a voice that has heard what was played by then. */
  hearAgain(): void;
  /** Has something done as soon as the voice is idle. */
  errand<Result>(run: (voice: Voice) => Promise<Result>): Promise<Result>;
  /** Looks for what there is to do. */
  advance(): void;
  report(error: ContinuoError): void;
}

/** From here on all can be taken back where nothing is to be composed in its place. */
export function uncommittedFrom({ position, settings }: Pick<ModeGround, 'position' | 'settings'>): Beats {
  return position.beat() + settings().commit;
}
