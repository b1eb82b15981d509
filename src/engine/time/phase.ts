import type { Beats } from '../music/units.js';

/**
 * Where `beat` stands in a repeating span of `quantum` beats: 0 <= phase < quantum. Beats before the origin are not
 * mirrored: one beat before it is the last beat of a span. A quantum of 0 (or less) has no phase: 0.
 * @example phase(9.5, 4) // → 1.5
 * @example phase(-1, 4) // → 3
 */
export function phase(beat: Beats, quantum: Beats): Beats {
  if (quantum <= 0) return 0;
  const within = beat - Math.floor(beat / quantum) * quantum;
  // Division rounds: a beat a hair before the span's end may come out as the end itself, or a hair below 0.
  return within >= quantum || within < 0 ? 0 : within;
}

/**
 * The first beat at or after `beat` with the phase of `target`; `beat` itself when the quantum is 0.
 * @example nextPhaseMatch(9.5, 4, 4) // → 12
 */
export function nextPhaseMatch(beat: Beats, target: Beats, quantum: Beats): Beats {
  if (quantum <= 0) return beat;
  return beat + phase(phase(target, quantum) - phase(beat, quantum), quantum);
}

/**
 * The beat nearest to `beat` with the phase of `target`, never more than half a quantum away; of two equally near the
 * earlier one. `beat` itself when the quantum is 0.
 * @example closestPhaseMatch(9.5, 0, 4) // → 8
 */
export function closestPhaseMatch(beat: Beats, target: Beats, quantum: Beats): Beats {
  return quantum <= 0 ? beat : nextPhaseMatch(beat - quantum / 2, target, quantum);
}
