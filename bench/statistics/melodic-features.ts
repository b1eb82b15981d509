import { entropyBits } from './numbers.js';
import type { TimedNote } from './timed-notes.js';

const majorScale = [0, 2, 4, 5, 7, 9, 11];
const minorScale = [0, 2, 3, 5, 7, 8, 10];
/** A top line of fewer notes says nothing about repetition. */
const shortestTopLine = 12;

/** What {@link featuresOf} says of pitch, harmony and repetition; drums are not among `notes`. */
export function melodicFeatures(notes: readonly TimedNote[], spanSeconds: number): Record<string, number> {
  const pitches = new Array<number>(128).fill(0);
  const pitchClasses = new Array<number>(12).fill(0);
  for (const { pitch } of notes) {
    pitches[pitch] += 1;
    pitchClasses[pitch % 12] += 1;
  }
  const lowest = pitches.findIndex((count) => count > 0);
  const highest = pitches.findLastIndex((count) => count > 0);
  return {
    pitch_min: lowest,
    pitch_max: highest,
    pitch_range: highest - lowest,
    pitch_mean: notes.reduce((sum, note) => sum + note.pitch, 0) / notes.length,
    pitch_distinct: pitches.filter((count) => count > 0).length,
    pitch_entropy_bits: entropyBits(pitches),
    pc_entropy_bits: entropyBits(pitchClasses),
    scale_consistency: bestScale(pitchClasses) / notes.length,
    ...polyphony(notes, spanSeconds),
    ...repetition(topLine(notes)),
  };
}

/** The highest pitch of every onset. */
export function topLine(notes: readonly TimedNote[]): number[] {
  const tops: number[] = [];
  let tick = -1;
  for (const { startTick, pitch } of notes) {
    if (startTick !== tick) tops.push(pitch);
    else tops[tops.length - 1] = Math.max(tops[tops.length - 1], pitch);
    tick = startTick;
  }
  return tops;
}

/** Notes in the major or minor scale that holds most of them. */
function bestScale(pitchClasses: readonly number[]): number {
  const counts = pitchClasses.flatMap((_count, root) =>
    [majorScale, minorScale].map((scale) => scale.reduce((sum, step) => sum + pitchClasses[(step + root) % 12], 0)),
  );
  return Math.max(...counts);
}

function polyphony(notes: readonly TimedNote[], spanSeconds: number): Record<string, number> {
  const changes = notes
    .flatMap(({ startSeconds, endSeconds }) => [[startSeconds, 1], [endSeconds, -1]] as const)
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let sounding = 0;
  let most = 0;
  let before = 0;
  let area = 0;
  let active = 0;
  let several = 0;
  for (const [seconds, change] of changes) {
    const lasted = seconds - before;
    if (sounding > 0) {
      area += sounding * lasted;
      active += lasted;
    }
    if (sounding > 1) several += lasted;
    sounding += change;
    most = Math.max(most, sounding);
    before = seconds;
  }
  if (active <= 0) return {};
  return {
    poly_mean: area / active,
    poly_max: most,
    poly_time_share: several / active,
    silence_share: Math.max(0, 1 - active / spanSeconds),
  };
}

/** The share of patterns of four intervals in the top line that were there before. */
function repetition(tops: readonly number[]): Record<string, number> {
  if (tops.length < shortestTopLine) return {};
  const seen = new Set<string>();
  let repeated = 0;
  for (let at = 4; at < tops.length; at += 1) {
    const pattern = [0, 1, 2, 3].map((back) => tops[at - back] - tops[at - back - 1]).join();
    if (seen.has(pattern)) repeated += 1;
    seen.add(pattern);
  }
  return { top_interval4_repeat: repeated / (tops.length - 4) };
}
