import { featuresOf, type Features } from './features.js';
import { addToHistograms, emptyHistograms, type Histograms } from './histograms.js';
import type { TimedNote, TimedNotes } from './timed-notes.js';

/** Music is looked at in windows of this length, by the onsets of its notes. */
export const windowSeconds = 30;
const fewestNotesOfWindow = 8;
const mostWindowsOfPiece = 20;

/** What pieces of music are like, in windows and all together. */
export interface MusicStatistics {
  readonly pieces: number;
  /** Pieces with less than two notes. */
  readonly unusable: number;
  readonly windows: readonly Features[];
  readonly histograms: Histograms;
}

/** Looks at pieces one after the other: only figures are kept. */
export function statisticsOf(pieces: Iterable<TimedNotes>): MusicStatistics {
  const windows: Features[] = [];
  const histograms = emptyHistograms();
  let count = 0;
  let unusable = 0;
  for (const { notes, ticksPerBeat } of pieces) {
    count += 1;
    if (featuresOf(notes, ticksPerBeat) === undefined) {
      unusable += 1;
      continue;
    }
    windows.push(...windowFeatures(notes, ticksPerBeat));
    addToHistograms(histograms, notes);
  }
  return { pieces: count, unusable, windows, histograms };
}

/** Features of the windows of a piece. */
export function windowFeatures(notes: readonly TimedNote[], ticksPerBeat: number): Features[] {
  const windows = new Map<number, TimedNote[]>();
  for (const note of notes) {
    const index = Math.floor((note.startSeconds - notes[0].startSeconds) / windowSeconds);
    const window = windows.get(index) ?? [];
    windows.set(index, window);
    window.push(note);
  }
  return [...windows.values()]
    .filter((window) => window.length >= fewestNotesOfWindow)
    .slice(0, mostWindowsOfPiece)
    .map((window) => featuresOf(window, ticksPerBeat))
    .filter((features) => features !== undefined);
}
