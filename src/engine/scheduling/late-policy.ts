import type { Micros } from '../music/units.js';
import type { EntryKind } from './beat-queue.js';

/** An onset later than this is not played: late notes smear, missing ones are forgiven. */
export const droppedAfter: Micros = 100_000;
/** What is later than this counts as late. */
export const lateAfter: Micros = 1_000;

export type Verdict = 'onTime' | 'late' | 'dropped';

/**
 * What to do with an event whose time is `lateMicros` ago (negative: ahead). Only onsets are ever dropped: an end that is
 * not sent hangs a note, a program or controller that is not sent leaves the instrument in a wrong state.
 * @example judge('noteOn', 100_001) // → 'dropped'
 */
export function judge(kind: EntryKind, lateMicros: Micros): Verdict {
  if (lateMicros <= lateAfter) return 'onTime';
  return kind === 'noteOn' && lateMicros > droppedAfter ? 'dropped' : 'late';
}
