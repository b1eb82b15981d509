import { scoreEnd, shiftScore, type Score } from '../music/score.js';
import type { Beats } from '../music/units.js';

/** What is taken for the music before a beat, instead of what was played. In session beats. */
export interface Premise {
  readonly score: Score;
  readonly untilBeat: Beats;
}

/** A score moved by whole bars of its own so that its last bar ends at `untilBeat`. */
export function premiseBefore(score: Score, untilBeat: Beats, beatsPerBar: number): Premise {
  return { score: shiftScore(score, untilBeat - Math.ceil(scoreEnd(score) / beatsPerBar - 1e-6) * beatsPerBar), untilBeat };
}
