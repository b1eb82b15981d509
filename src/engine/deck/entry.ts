import type { Score } from '../music/score.js';
import type { Beats } from '../music/units.js';
import type { ParameterValue } from '../parameters/parameter.js';

/** Under what a newcomer to a deck begins. */
export interface Entry {
  /** The boundary that is meant, where it can still be had. */
  readonly atBeat?: Beats;
  /** Values of the deck's parameters that it composes under before they are set, by their names. */
  readonly values?: ReadonlyMap<string, ParameterValue>;
  /** What it takes for what was played before, instead of what was: beats from 0, its last bar ends where the newcomer begins. */
  readonly premise?: Score;
}
