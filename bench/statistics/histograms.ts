import { drumChannel } from '../../src/engine/music/note.js';
import { onsetsOf } from './features.js';
import { topLine } from './melodic-features.js';
import type { TimedNote } from './timed-notes.js';

/** Counts by kind. Times stand in 40 bins of 0.4 octaves from 2^-10 s, intervals from -24 to 24 semitones. */
export type Histograms = Record<keyof typeof sizes, number[]>;

const sizes = { pitch: 128, pitch_class: 12, velocity: 128, drum_pitch: 128, program: 128, ioi_log: 40, dur_log: 40, top_interval: 49 };
const widestInterval = 24;

export function emptyHistograms(): Histograms {
  return Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, new Array<number>(size).fill(0)])) as Histograms;
}

/** Counts a piece: notes in order of onset, then pitch. */
export function addToHistograms(histograms: Histograms, notes: readonly TimedNote[]): void {
  const melodic = notes.filter((note) => note.channel !== drumChannel);
  for (const { velocity, startSeconds, endSeconds } of notes) {
    histograms.velocity[velocity] += 1;
    histograms.dur_log[bin(endSeconds - startSeconds)] += 1;
  }
  for (const { channel, pitch } of notes) if (channel === drumChannel) histograms.drum_pitch[pitch] += 1;
  for (const { pitch, program } of melodic) {
    histograms.pitch[pitch] += 1;
    histograms.pitch_class[pitch % 12] += 1;
    histograms.program[program & 127] += 1;
  }
  for (const [first, second] of pairs(onsetsOf(notes))) histograms.ioi_log[bin(second - first)] += 1;
  // The last onset of a piece is left out, as in the tables that these counts are compared with.
  for (const [first, second] of pairs(topLine(melodic).slice(0, -1))) {
    histograms.top_interval[Math.max(-widestInterval, Math.min(widestInterval, second - first)) + widestInterval] += 1;
  }
}

function pairs(items: readonly number[]): (readonly [number, number])[] {
  return items.slice(1).map((item, index) => [items[index], item]);
}

function bin(seconds: number): number {
  return Math.max(0, Math.min(39, Math.floor((Math.log2(Math.max(seconds, 1e-3)) + 10) * 2.5)));
}
