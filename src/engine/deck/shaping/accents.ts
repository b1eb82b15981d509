import type { Beats } from '../../music/units.js';
import { phase } from '../../time/phase.js';

/** How much the beats of a bar stand out. */
export interface Accents {
  /** 0: not at all; 1: the first beat is a third louder, and what falls between eighths a third softer. */
  readonly amount: number;
  readonly beatsPerBar: number;
}

/** Notes this close to a line of the bar are on it. */
const onTheLine: Beats = 1 / 32;
const strongest = 1 / 3;

/**
 * The factor on the velocity of a note at `beat`: bars begin at beat 0.
 * @example accentFactor(4, { amount: 1, beatsPerBar: 4 }) // → 4 / 3
 */
export function accentFactor(beat: Beats, { amount, beatsPerBar }: Accents): number {
  return 1 + amount * strongest * weightAt(beat, beatsPerBar);
}

function weightAt(beat: Beats, beatsPerBar: number): number {
  if (isOn(beat, beatsPerBar)) return 1;
  if (beatsPerBar % 2 === 0 && isOn(beat, beatsPerBar / 2)) return 0.5;
  if (isOn(beat, 1)) return 0;
  return isOn(beat, 0.5) ? -0.5 : -1;
}

function isOn(beat: Beats, grid: Beats): boolean {
  return phase(beat + onTheLine, grid) < 2 * onTheLine;
}
