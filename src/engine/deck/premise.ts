import type { Note } from '../music/note.js';
import { scoreEnd, shiftScore, type Score } from '../music/score.js';
import type { Beats } from '../music/units.js';
import { moveAll } from './move-span.js';

/** What is taken for the music before a beat, instead of what was played. In session beats. */
export interface Premise {
  readonly score: Score;
  /** Its notes but for those that others played. Default: all. */
  readonly own?: readonly Note[];
  readonly untilBeat: Beats;
}

/** A score moved by whole bars of its own so that its last bar ends at `untilBeat`. */
export function premiseBefore(score: Score, untilBeat: Beats, beatsPerBar: number): Premise {
  return { score: shiftScore(score, untilBeat - Math.ceil(scoreEnd(score) / beatsPerBar - 1e-6) * beatsPerBar), untilBeat };
}

/** The premise with everything in it moved. */
export function movePremise({ score, own, untilBeat }: Premise, by: Beats): Premise {
  return { score: shiftScore(score, by), own: own && moveAll(own, by), untilBeat: untilBeat + by };
}
