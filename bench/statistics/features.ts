import { drumChannel } from '../../src/engine/music/note.js';
import { melodicFeatures } from './melodic-features.js';
import { entropyBits, medianOf } from './numbers.js';
import type { TimedNote } from './timed-notes.js';

/** Figures of a stretch of music by name; what cannot be said of it is left out. */
export type Features = Readonly<Record<string, number>>;

/** Onsets closer than this are one. */
const sameOnsetSeconds = 0.0005;
/** An onset so near a sixteenth (in sixteenths) is on it. */
const onGrid = 0.02;

/**
 * What a stretch of music is like: how dense, how loud, where its notes lie and how they go on. The names are those of
 * published tables of such figures: `_s` are seconds, `_bits` entropies, `_share` 0 to 1. `undefined` for less than two
 * notes, or no time.
 */
export function featuresOf(notes: readonly TimedNote[], ticksPerBeat: number): Features | undefined {
  if (notes.length < 2) return undefined;
  const span = notes.reduce((end, note) => Math.max(end, note.endSeconds), 0) - notes[0].startSeconds;
  if (!(span > 0)) return undefined;
  const melodic = notes.filter((note) => note.channel !== drumChannel);
  const onsets = onsetsOf(notes);
  const gaps = onsets.slice(1).map((onset, index) => onset - onsets[index]);
  return {
    span_s: span,
    notes: notes.length,
    density_per_s: notes.length / span,
    drum_share: 1 - melodic.length / notes.length,
    ...velocityFeatures(notes),
    parts: new Set(notes.map((note) => note.track * 16 + note.channel)).size,
    programs: new Set(melodic.map((note) => note.program)).size,
    ...(ticksPerBeat > 0 && beatFeatures(notes, ticksPerBeat, span)),
    ...(gaps.length > 0 && { ioi_s_median: medianOf(gaps) }),
    notes_per_onset: notes.length / onsets.length,
    dur_s_median: medianOf(notes.map((note) => note.endSeconds - note.startSeconds)),
    zero_len_share: notes.filter((note) => note.endTick === note.startTick).length / notes.length,
    ...(melodic.length >= 2 && melodicFeatures(melodic, span)),
  };
}

/** Seconds of the onsets, chords as one. */
export function onsetsOf(notes: readonly TimedNote[]): number[] {
  const onsets: number[] = [];
  for (const { startSeconds } of notes) {
    if (startSeconds - (onsets.at(-1) ?? -1) > sameOnsetSeconds) onsets.push(startSeconds);
  }
  return onsets;
}

function velocityFeatures(notes: readonly TimedNote[]): Features {
  const counts = new Array<number>(128).fill(0);
  for (const { velocity } of notes) counts[velocity] += 1;
  const mean = counts.reduce((sum, count, velocity) => sum + velocity * count, 0) / notes.length;
  const squares = counts.reduce((sum, count, velocity) => sum + count * (velocity - mean) ** 2, 0);
  return {
    vel_entropy_bits: entropyBits(counts),
    vel_mean: mean,
    vel_std: Math.sqrt(squares / notes.length),
    vel_distinct: counts.filter((count) => count > 0).length,
  };
}

function beatFeatures(notes: readonly TimedNote[], ticksPerBeat: number, span: number): Features {
  const beats = (notes.reduce((end, note) => Math.max(end, note.endTick), 0) - notes[0].startTick) / ticksPerBeat;
  const onSixteenth = notes.filter(({ startTick }) => {
    const sixteenths = (startTick * 4) / ticksPerBeat;
    return Math.abs(sixteenths - Math.round(sixteenths)) < onGrid;
  });
  return {
    beats,
    ...(beats > 0 && { notes_per_beat: notes.length / beats, bpm_mean: (beats / span) * 60 }),
    onset_on_16th: onSixteenth.length / notes.length,
    dur_beats_median: medianOf(notes.map((note) => (note.endTick - note.startTick) / ticksPerBeat)),
  };
}
