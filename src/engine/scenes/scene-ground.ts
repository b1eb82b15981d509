import type { Position, DeckSettings, DeckState } from '../deck/deck-dependencies.js';
import type { Entry } from '../deck/entry.js';
import type { PlayModes } from '../deck/modes/play-modes.js';
import type { Succession } from '../deck/succession.js';
import type { WaitingVoices } from '../deck/waiting-voices.js';
import type { ContinuoError } from '../errors.js';
import type { Score } from '../music/score.js';
import type { Beats } from '../music/units.js';
import type { Boundary } from '../parameters/boundaries.js';
import type { ParameterValue } from '../parameters/parameter.js';
import type { Session } from '../session.js';
import type { Scene } from './set-list.js';

/** A deck as a scene needs it. */
export interface SceneDeck {
  readonly number: number;
  readonly pack: string;
  readonly heardPack: string;
  readonly state: DeckState;
  /** Packs that are loaded and can begin at once. */
  readonly succession: Pick<Succession, 'callOff'> & { readonly waiting: Pick<WaitingVoices, 'cue' | 'isCued' | 'makeWay'>; readonly freeze: { readonly isOn: boolean } };
  /** What it makes of what it hears. */
  readonly modes: Pick<PlayModes, 'isSilent' | 'noticeFor' | 'notBefore'>;
  load(pack: string, boundary: Boundary, entry: Entry): Promise<void>;
}

/** What a scene may see and do of the engine. */
export interface SceneGround {
  readonly decks: () => readonly SceneDeck[];
  readonly position: Position & Pick<Session, 'onRelocated'>;
  settings(): DeckSettings;
  /** Whether a parameter of a deck says how it composes: what it says is heard `commit` beats later. */
  steers(name: string): boolean;
  write(address: string, value: ParameterValue, origin: string): Promise<void>;
  readPrompt(file: string): Promise<Score>;
  report(error: ContinuoError): void;
  /** The scene holds from a beat on, which is its boundary, or the present where the host jumped or stopped. */
  arrived(scene: Scene, atBeat: Beats): void;
}
