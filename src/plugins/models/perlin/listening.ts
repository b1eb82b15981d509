import { detectKey } from '../../../engine/music/key.js';
import { drumChannel, type Note } from '../../../engine/music/note.js';
import type { Score } from '../../../engine/music/score.js';
import type { Beats } from '../../../engine/music/units.js';
import type { Key } from './harmony.js';

/** What the composer makes of the music before it. */
export interface Impression {
  /** Absent where it could not be told for certain. */
  readonly key?: Key;
  /** Octaves the tune lies from the composer's own: -1, 0 or 1. */
  readonly octaves: number;
}

const heardBeats: Beats = 32;
/** From this clarity on a key is taken for certain. */
const clear = 2;
/** MIDI pitch the composer's own tune circles around. */
export const ownCentre = 74;
/** The middle of a tune this far from there lies in another octave; its own hardly ever strays so far. */
const ownReach = 10;

/** Listens to the last 32 beats before `atBeat`. */
export function listen(history: Score, atBeat: Beats): Impression {
  const heard = history.notes.filter(
    (note) => note.channel !== drumChannel && note.beat < atBeat && note.beat >= atBeat - heardBeats,
  );
  const detected = detectKey(heard);
  const octaves = octavesFromOwn(heard);
  if (!detected || detected.clarity < clear) return { octaves };
  return { key: { scaleRoot: detected.semitones, minor: detected.minor }, octaves };
}

/** From the highest note that begins in every beat: where the tune is likely to be. */
function octavesFromOwn(heard: readonly Note[]): number {
  const tops = new Map<number, number>();
  for (const { beat, pitch } of heard) tops.set(Math.floor(beat), Math.max(tops.get(Math.floor(beat)) ?? 0, pitch));
  const pitches = [...tops.values()].sort((a, b) => a - b);
  const away = (pitches.at(pitches.length >> 1) ?? ownCentre) - ownCentre;
  return Math.abs(away) > ownReach ? Math.sign(away) : 0;
}
