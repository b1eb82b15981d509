import type { Score } from '../music/score.js';
import type { Beats } from '../music/units.js';
import type { ParameterValue } from '../parameters/parameter.js';

/** Under what a newcomer to a deck begins. */
export interface Entry {
  /** The boundary that is meant, where it can still be had; asked whenever one is chosen, as a host's jump makes it another. `undefined`: any. */
  readonly atBeat?: () => Beats | undefined;
  /** Resolves once all are there that begin on that boundary; `leadBeats`: how long before it this one must know of it. Default: it begins alone. */
  readonly meet?: (leadBeats: Beats) => Promise<void>;
  /** Values of the deck's parameters that it composes under before they are set, by their names. */
  readonly values?: ReadonlyMap<string, ParameterValue>;
  /** What it takes for what was played before, instead of what was: beats from 0, its last bar ends where the newcomer begins. */
  readonly premise?: Score;
  /** Whether it is still to come; asked until it has taken over. Default: it is. */
  readonly isWanted?: () => boolean;
  /** Told at once where another takes its place, or it is called off: nobody is to wait for it. */
  readonly abandoned?: () => void;
  /** Told once it has taken over: not where it is abandoned. */
  readonly tookOver?: () => void;
}
