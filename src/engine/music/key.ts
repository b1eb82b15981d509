import { drumChannel, type Note } from './note.js';
import type { Beats } from './units.js';

/**
 * How well each degree fits a major and a minor key, from the probe-tone experiments of C. Krumhansl and E. Kessler
 * (Cognitive Foundations of Musical Pitch, 1990), with two points more for the tones of the scale.
 */
const major = [8.35, 2.23, 5.48, 2.33, 6.38, 6.09, 2.52, 7.19, 2.39, 5.66, 2.29, 4.88];
const minor = [8.33, 2.68, 5.52, 7.38, 2.6, 5.53, 2.54, 6.75, 5.98, 2.69, 5.34, 3.17];

/** A longer note does not say more about the key. */
const longestWeight: Beats = 2;
/** How many independent tones a beat of music is worth when the keys are weighed against each other. */
const tonesPerBeat = 2;

export interface DetectedKey {
  /** Pitch class 0..11 of the tonic of the major key, or of the relative major of the minor one. */
  readonly semitones: number;
  readonly minor: boolean;
  /** How much likelier it is than the next key, as a natural logarithm: 0 is a guess, 2 is clear. */
  readonly clarity: number;
}

/**
 * The key of some music, drums left out; `undefined` where nothing with a pitch sounds.
 * @example detectKey(notes of a G major scale) // → { semitones: 7, minor: false, clarity: 4.1… }
 */
export function detectKey(notes: readonly Note[]): DetectedKey | undefined {
  const weights = pitchClassWeights(notes);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return undefined;
  const fits = Array.from({ length: 24 }, (_, index) => {
    const semitones = index % 12;
    const isMinor = index >= 12;
    return { semitones, minor: isMinor, fit: logLikelihood(weights, isMinor ? minor : major, isMinor ? semitones + 9 : semitones) };
  });
  const best = fits.reduce((a, b) => (b.fit > a.fit ? b : a));
  const next = fits.filter((each) => each.semitones !== best.semitones).reduce((a, b) => (b.fit > a.fit ? b : a));
  return { semitones: best.semitones, minor: best.minor, clarity: (best.fit - next.fit) * tonesPerBeat };
}

/**
 * Semitones that bring a key to C major or A minor by the shortest way, -6..5.
 * @example semitonesToC(7) // → 5
 */
export function semitonesToC(semitones: number): number {
  return ((((6 - semitones) % 12) + 12) % 12) - 6;
}

/** A pitch moved by semitones, and by octaves where that would leave 0..127. */
export function transposePitch(pitch: number, semitones: number): number {
  const moved = pitch + semitones;
  if (moved < 0) return moved + 12 * Math.ceil(-moved / 12);
  return moved > 127 ? moved - 12 * Math.ceil((moved - 127) / 12) : moved;
}

function pitchClassWeights(notes: readonly Note[]): number[] {
  const weights = new Array<number>(12).fill(0);
  for (const { channel, pitch, duration } of notes) {
    if (channel !== drumChannel) weights[pitch % 12] += Math.min(duration, longestWeight);
  }
  return weights;
}

function logLikelihood(weights: readonly number[], profile: readonly number[], tonic: number): number {
  const total = profile.reduce((sum, value) => sum + value, 0);
  return weights.reduce((sum, weight, pitchClass) => sum + weight * Math.log(profile[(pitchClass - tonic + 24) % 12] / total), 0);
}
