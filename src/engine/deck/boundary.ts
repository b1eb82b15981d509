import type { Beats } from '../music/units.js';
import type { Boundary } from '../parameters/boundaries.js';

/** Positions closer than this to a boundary count as on it. */
const onTheLine: Beats = 1e-6;

/** Length in beats of the grid a boundary lies on; 0 for `now`. */
export function boundaryGrid(boundary: Boundary, beatsPerBar: number): Beats {
  switch (boundary) {
    case 'now':
      return 0;
    case 'beat':
      return 1;
    case 'bar':
      return beatsPerBar;
    default:
      return Number.parseInt(boundary, 10) * beatsPerBar;
  }
}

/**
 * The first boundary at or after `beat`.
 * @example nextBoundary(5.2, 'bar', 4) // → 8
 */
export function nextBoundary(beat: Beats, boundary: Boundary, beatsPerBar: number): Beats {
  const grid = boundaryGrid(boundary, beatsPerBar);
  return grid === 0 ? beat : Math.ceil(beat / grid - onTheLine) * grid;
}

/**
 * By how many beats music moves where the host jumps: by whole bars, so that the first of it at or after `fromBeat` that stands in its
 * bar where `toBeat` does comes there.
 * @example movedByBars(5, 0, 4) // → -8
 */
export function movedByBars(fromBeat: Beats, toBeat: Beats, beatsPerBar: number): Beats {
  return Math.floor((toBeat - fromBeat) / beatsPerBar + onTheLine) * beatsPerBar;
}

/**
 * The first beat at or after `beat` that stands in its bar where `like` stands in its own.
 * @example samePlaceInBar(5, 0, 4) // → 8
 */
export function samePlaceInBar(beat: Beats, like: Beats, beatsPerBar: number): Beats {
  return like + Math.ceil((beat - like) / beatsPerBar - onTheLine) * beatsPerBar;
}
