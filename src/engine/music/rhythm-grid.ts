import type { Beats } from './units.js';

const grids = {
  'off': 0,
  '1/2': 2,
  '1/4': 1,
  '1/4t': 2 / 3,
  '1/8': 1 / 2,
  '1/8t': 1 / 3,
  '1/16': 1 / 4,
  '1/16t': 1 / 6,
  '1/32': 1 / 8,
} as const;

/** Parts of a whole note; `t`: three in the time of two. */
export type GridName = keyof typeof grids;
export const gridNames = Object.keys(grids) as readonly GridName[];

/** The distance of two lines; 0 where there are none. */
export function gridBeats(name: GridName): Beats {
  return grids[name];
}

/**
 * The line of a grid from beat 0 that is nearest, of two the earlier.
 * @example nearestLine(2.3, 0.25) // → 2.25
 */
export function nearestLine(beat: Beats, grid: Beats): Beats {
  return exact(Math.ceil(beat / grid - 0.5 - 1e-9), grid);
}

/** The first line at or after a beat. @example lineFrom(2.3, 0.5) // → 2.5 */
export function lineFrom(beat: Beats, grid: Beats): Beats {
  return exact(Math.ceil(beat / grid - 1e-9), grid);
}

/** A third of a beat three times is a whole one, not nearly. */
function exact(index: number, grid: Beats): Beats {
  const perTwoBeats = Math.round(2 / grid);
  // Beat 0 has no sign.
  return (index * 2) / perTwoBeats + 0;
}
