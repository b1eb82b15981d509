import type { BeatGrid } from './beat-grid.js';
import type { ThereminState } from './grammar-state.js';
import { largestStep } from './note-character.js';
import type { OnsetRange } from './onset-range.js';

/** More notes than this at one onset are taken for a model that is stuck. */
const mostNotesAtOneOnset = 64;

/** The steps 0..63 that the next note may take. */
export interface StepWindow {
  low: number;
  high: number;
}

export interface StepRules {
  readonly longestStep: number;
  readonly onsets: OnsetRange | undefined;
  /** Steps until there is room for one more note. */
  readonly stepsToRoom: number;
}

/**
 * Where the next onset may be. What asks later gives way to what asked before: first time moves on after too many notes
 * at one place, then room for one more note, then the most onsets in a beat, the longest rest, the fewest onsets.
 */
export function stepWindow(state: ThereminState, grid: BeatGrid, { longestStep, onsets, stepsToRoom }: StepRules): StepWindow {
  const { position, notesHere, onsetsInBeat } = state;
  const window: StepWindow = { low: notesHere.length >= mostNotesAtOneOnset ? 1 : 0, high: largestStep };
  atLeast(window, stepsToRoom);
  if (onsets === undefined) {
    atMost(window, longestStep);
    return window;
  }
  const beat = grid.beatOf(position);
  const toNextBeat = grid.firstStepOf(beat + 1) - position;
  if (onsetsInBeat >= onsets.most) atLeast(window, toNextBeat);
  atMost(window, longestStep);
  if (onsetsInBeat < onsets.fewest) atMost(window, toNextBeat - 1);
  else if (onsets.fewest > 0) atMost(window, grid.firstStepOf(beat + 2) - position - 1);
  return window;
}

function atLeast(window: StepWindow, step: number): void {
  window.low = Math.max(window.low, Math.min(window.high, Math.ceil(step - 1e-9)));
}

function atMost(window: StepWindow, step: number): void {
  window.high = Math.min(window.high, Math.max(window.low, step));
}
