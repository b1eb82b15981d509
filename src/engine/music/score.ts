import { compareNotes, type Note } from './note.js';
import type { Beats, Bpm } from './units.js';

export interface TempoMark {
  readonly beat: Beats;
  readonly bpm: Bpm;
}

export interface MeterMark {
  readonly beat: Beats;
  readonly numerator: number;
  /** 1, 2, 4, 8, 16 … */
  readonly denominator: number;
}

export interface KeyMark {
  readonly beat: Beats;
  /** -7 (flats) .. 7 (sharps) */
  readonly sharps: number;
  readonly minor: boolean;
}

export interface ProgramMark {
  readonly beat: Beats;
  readonly channel: number;
  readonly program: number;
}

export interface ControlMark {
  readonly beat: Beats;
  readonly channel: number;
  readonly controller: number;
  readonly value: number;
}

/**
 * Music in beats: what is played, heard, primed and rendered. Notes are sorted by {@link compareNotes}; marks by beat.
 */
export interface Score {
  readonly notes: readonly Note[];
  readonly programs: readonly ProgramMark[];
  readonly controls: readonly ControlMark[];
  readonly tempos: readonly TempoMark[];
  readonly meters: readonly MeterMark[];
  readonly keys: readonly KeyMark[];
}

export const emptyScore: Score = { notes: [], programs: [], controls: [], tempos: [], meters: [], keys: [] };

/** A score of notes alone, sorted. */
export function scoreOf(notes: readonly Note[], rest: Partial<Omit<Score, 'notes'>> = {}): Score {
  return { ...emptyScore, ...rest, notes: [...notes].sort(compareNotes) };
}

/** The same score with every beat moved by `by`. */
export function shiftScore(score: Score, by: Beats): Score {
  const move = <T extends { readonly beat: Beats }>(items: readonly T[]): T[] =>
    items.map((item) => ({ ...item, beat: item.beat + by }));
  return {
    notes: move(score.notes),
    programs: move(score.programs),
    controls: move(score.controls),
    tempos: move(score.tempos),
    meters: move(score.meters),
    keys: move(score.keys),
  };
}

/** The beat at which the last note ends; 0 for an empty score. */
export function scoreEnd(score: Score): Beats {
  return score.notes.reduce((end, note) => Math.max(end, note.beat + note.duration), 0);
}
