import type { Micros } from '../music/units.js';

/**
 * Why an onset left late or was dropped:
 * - `queued`: it was queued when it was due already, or nearly; whoever composes or shapes it was held up.
 * - `moved`: it was queued in time, and then a start, a tempo or an offset moved the music over it.
 * - `held`: it was there in time, and the sending thread or a wire was not.
 */
export const lateCauses = ['queued', 'moved', 'held'] as const;
export type LateCause = (typeof lateCauses)[number];

/** What is known of an onset that left late. */
export interface LateOnset {
  /** When it was to be handed to the wire. */
  readonly due: Micros;
  readonly queued: Micros;
  /** When the music was moved over it; -Infinity where it was not. */
  readonly moved: Micros;
  readonly left: Micros;
}

/**
 * What most of its lateness comes from.
 * @example causeOf({ due: 0, queued: 3_000, moved: -Infinity, left: 3_100 }) // → 'queued'
 */
export function causeOf({ due, queued, moved, left }: LateOnset): LateCause {
  const known = Math.max(due, queued, moved);
  if (left - known > known - due) return 'held';
  return moved > queued ? 'moved' : 'queued';
}
