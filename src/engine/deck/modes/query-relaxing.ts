import type { ConstraintField } from '../../music/constraint.js';
import type { Note } from '../../music/note.js';
import { cheapestFirst, without, type QueryWishes, type QueryWord } from './query-wishes.js';

/** What came of asking for a note. */
export interface Attempt {
  /** Default: none was said. */
  readonly note?: Note;
  /** Of all that was wished for, what it leaves unmet, the cheapest first. */
  readonly left: readonly QueryWord[];
  /** It ended before it was known. */
  readonly isInterrupted?: boolean;
}

/** Two wishes that no note meets when the first is above the second, the cheaper of them, and whether it is the upper one. */
const pairs: readonly (readonly [low: QueryWord, high: QueryWord, cheaper: QueryWord])[] = [
  ['earliest', 'latest', 'latest'],
  ['shortest', 'longest', 'shortest'],
  ['lowVelocity', 'highVelocity', 'lowVelocity'],
  ['lowPitch', 'highPitch', 'lowPitch'],
];

const fieldOf: Readonly<Partial<Record<QueryWord, ConstraintField>>> = {
  latest: 'maximumRestBeats',
  polyphony: 'maximumPolyphony',
  shortest: 'durationRange',
  longest: 'durationRange',
  lowVelocity: 'velocityRange',
  highVelocity: 'velocityRange',
  channel: 'channels',
  lowPitch: 'pitchRange',
  highPitch: 'pitchRange',
};

/** The wishes without those that contradict dearer ones. */
export function withoutContradictions(wishes: QueryWishes): QueryWishes {
  const given = pairs.filter(([low, high]) => (wishes[low] ?? -Infinity) > (wishes[high] ?? Infinity)).map(([, , cheaper]) => cheaper);
  return without(wishes, given);
}

/** Whether asking for a wish makes a difference to a pack that keeps these fields; where that is not known, it may. */
export function canAskFor(word: QueryWord, keeps: readonly string[] | undefined): boolean {
  const field = fieldOf[word];
  return field === undefined || keeps === undefined || keeps.includes(field);
}

/**
 * The note that leaves the cheapest wishes unmet. What is clear beforehand costs nothing: contradictions, and what a pack cannot be
 * asked for. A dear wish that was missed is asked for once without all that is cheaper: if it is missed even then, nothing is to be
 * won by giving up anything for it; else the cheapest are given up for it, one after the other.
 */
export async function settle(wishes: QueryWishes, keeps: readonly string[] | undefined, ask: (kept: QueryWishes) => Promise<Attempt>): Promise<Attempt> {
  const words = (kept: QueryWishes): QueryWord[] => cheapestFirst.filter((word) => kept[word] !== undefined && canAskFor(word, keeps));
  let kept = withoutContradictions(wishes);
  let best = await ask(kept);
  while (!best.note && !best.isInterrupted && words(kept).length > 0) {
    kept = without(kept, words(kept).slice(0, 1));
    best = await ask(kept);
  }
  const hopeless = new Set<QueryWord>();
  while (best.note && !best.isInterrupted) {
    const missed = best.left;
    const dearest = words(kept).findLast((word) => missed.includes(word) && !hopeless.has(word));
    const cheaper = dearest === undefined ? [] : words(kept).slice(0, words(kept).indexOf(dearest));
    if (dearest === undefined || cheaper.length === 0) return best;
    const alone = await ask(without(kept, cheaper));
    const isMet = ({ note, left }: Attempt): boolean => note !== undefined && !left.includes(dearest);
    if (alone.isInterrupted) return alone;
    if (!isMet(alone)) {
      hopeless.add(dearest);
      continue;
    }
    let given = 1;
    for (best = alone; given < cheaper.length; given += 1) {
      const attempt = await ask(without(kept, cheaper.slice(0, given)));
      if (attempt.isInterrupted) return attempt;
      if (!isMet(attempt)) continue;
      best = attempt;
      break;
    }
    kept = without(kept, cheaper.slice(0, given));
  }
  return best;
}
