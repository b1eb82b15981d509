import type { Note } from '../music/note.js';
import type { Beats } from '../music/units.js';

/** Of a window of so many notes or beats at least this share is kept. */
const leastShare = 0.5;
const mostDoublings = 10;

/**
 * Where a past begins of which `most` notes and `longest` beats at most are told, over and over while it grows: on a bar line that
 * stays the same for long, so that what was read of it need not be read again. A function of the past alone: of the bar lines that
 * leave at least half of that, the one that is divided by the greatest power of two.
 */
export function steadyBeginning(notes: readonly Note[], untilBeat: Beats, most: number, longest: Beats, barBeats: Beats): Beats {
  const byBeats = roundest(Math.ceil((untilBeat - longest) / barBeats), Math.floor((untilBeat - leastShare * longest) / barBeats));
  const left = notes.filter((note) => note.beat >= byBeats * barBeats);
  if (left.length <= most) return byBeats * barBeats;
  const lastLetGo = left[left.length - most - 1].beat;
  const lastKept = left[left.length - Math.ceil(leastShare * most)].beat;
  const [low, high] = [Math.floor(lastLetGo / barBeats) + 1, Math.floor(lastKept / barBeats)];
  return low <= high ? roundest(low, high) * barBeats : left[left.length - most].beat;
}

/** Of the whole numbers from `low` to `high` the one divided by the greatest power of two; the last of equals. */
function roundest(low: number, high: number): number {
  for (let doublings = mostDoublings; doublings > 0; doublings -= 1) {
    const step = 2 ** doublings;
    const number = Math.floor(high / step) * step;
    if (number >= low) return number;
  }
  return high;
}
