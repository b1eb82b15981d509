import { drumChannel } from '../../../engine/music/note.js';

export type Part = 'melody' | 'chords' | 'bass' | 'drums';

const homes: Readonly<Record<Part, number>> = { melody: 0, chords: 1, bass: 2, drums: drumChannel };

/**
 * The channel of each part that may sound: its own where that is allowed. Where none is, the tune moves to the first
 * allowed channel, so that a performer who asks for one channel hears something on it.
 *
 * @example channelsOfParts([0, 9]) // → Map { 'melody' → 0, 'drums' → 9 }
 * @example channelsOfParts([5]) // → Map { 'melody' → 5 }
 */
export function channelsOfParts(allowed: readonly number[] | undefined): ReadonlyMap<Part, number> {
  const all = Object.entries(homes) as [Part, number][];
  const home = all.filter(([, channel]) => allowed?.includes(channel) ?? true);
  if (home.length > 0) return new Map(home);
  const refuge = allowed?.find((channel) => channel >= 0 && channel <= 15);
  return new Map(refuge === undefined ? [] : [['melody', refuge]]);
}
