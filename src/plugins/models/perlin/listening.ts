import { drumChannel, type Note } from '../../../engine/music/note.js';
import type { Score } from '../../../engine/music/score.js';
import type { Beats } from '../../../engine/music/units.js';

/** What the composer makes of the music before it. Empty where there was too little to tell. */
export interface Impression {
  /** 0..11: the major scale that fits best, and the share 0..1 of the time each of the twelve covers. */
  readonly scaleRoot?: number;
  readonly coverage?: readonly number[];
  /** For each scale root, above 0 where its relative minor fits better than the major: -2..2. */
  readonly minorness?: readonly number[];
  /** Octaves the tune lies from the composer's own: -1, 0 or 1. */
  readonly octaves: number;
}

const heardBeats: Beats = 32;
const fewestNotes = 4;
const longestWeight: Beats = 2;
/** MIDI pitch the composer's own tune circles around. */
export const ownCentre = 74;
/** The middle of a tune this far from there lies in another octave; its own hardly ever strays so far. */
const ownReach = 10;

const majorScale = [0, 2, 4, 5, 7, 9, 11];
/** How well each step above the tonic fits a major and a minor key: the probe-tone ratings of Krumhansl and Kessler (1982). */
const majorProfile = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
const minorProfile = [6.33, 2.68, 3.52, 5.38, 2.6, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];

/** Listens to the last 32 beats before `atBeat`. */
export function listen(history: Score, atBeat: Beats): Impression {
  const heard = history.notes.filter(
    (note) => note.channel !== drumChannel && note.beat < atBeat && note.beat >= atBeat - heardBeats,
  );
  if (heard.length < fewestNotes) return { octaves: 0 };
  const histogram = new Array<number>(12).fill(0);
  for (const note of heard) histogram[note.pitch % 12] += Math.min(longestWeight, note.duration);
  const total = histogram.reduce((sum, weight) => sum + weight, 0);
  const roots = histogram.map((_, root) => root);
  const coverage = roots.map((root) => majorScale.reduce((sum, step) => sum + histogram[(root + step) % 12], 0) / total);
  const asMajor = roots.map((root) => correlation(rotated(histogram, root), majorProfile));
  const asMinor = roots.map((root) => correlation(rotated(histogram, root + 9), minorProfile));
  const fit = roots.map((root) => Math.max(asMajor[root], asMinor[root]));
  return {
    scaleRoot: fit.indexOf(Math.max(...fit)),
    coverage,
    minorness: roots.map((root) => asMinor[root] - asMajor[root]),
    octaves: octavesFromOwn(heard),
  };
}

/** From the highest note that begins in every beat: where the tune is likely to be. */
function octavesFromOwn(heard: readonly Note[]): number {
  const tops = new Map<number, number>();
  for (const { beat, pitch } of heard) tops.set(Math.floor(beat), Math.max(tops.get(Math.floor(beat)) ?? 0, pitch));
  const pitches = [...tops.values()].sort((a, b) => a - b);
  const away = pitches[pitches.length >> 1] - ownCentre;
  return Math.abs(away) > ownReach ? Math.sign(away) : 0;
}

function rotated(histogram: readonly number[], root: number): readonly number[] {
  return histogram.map((_, step) => histogram[(root + step) % 12]);
}

/** Pearson's; 0 where one of them is flat. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const meanA = a.reduce((sum, value) => sum + value, 0) / a.length;
  const meanB = b.reduce((sum, value) => sum + value, 0) / b.length;
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  a.forEach((value, index) => {
    product += (value - meanA) * (b[index] - meanB);
    squareA += (value - meanA) ** 2;
    squareB += (b[index] - meanB) ** 2;
  });
  return squareA === 0 || squareB === 0 ? 0 : product / Math.sqrt(squareA * squareB);
}
