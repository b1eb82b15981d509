import type { Beats } from '../../music/units.js';
import { phase } from '../../time/phase.js';

/** The notes that swing, by name, and their lengths. */
export const swingGrids = { eighths: 0.5, sixteenths: 0.25 } as const satisfies Readonly<Record<string, Beats>>;
export type SwingGrid = keyof typeof swingGrids;

export interface Swing {
  /** Share of a pair that its first note has: 0.5 is straight, 2/3 a triplet, 0.75 dotted. */
  readonly share: number;
  readonly gridBeats: Beats;
}

/**
 * Where what was written at `beat` is played: the first of two notes is drawn out and the second pressed together, so that
 * order stays, nothing comes before its time, and every pair begins where it did.
 * @example swungBeat(0.5, { share: 2 / 3, gridBeats: 0.5 }) // → 2 / 3
 */
export function swungBeat(beat: Beats, { share, gridBeats }: Swing): Beats {
  if (share === 0.5) return beat;
  const pair = 2 * gridBeats;
  const place = phase(beat, pair);
  const swung = place < gridBeats ? place * 2 * share : pair - (pair - place) * 2 * (1 - share);
  return beat - place + swung;
}
