import { readFile } from 'node:fs/promises';
import { readPrompt } from '../../src/engine/midi-file/prompt.js';
import { shiftScore, type Score } from '../../src/engine/music/score.js';
import type { Bpm } from '../../src/engine/music/units.js';
import { bpmOf } from './reference.js';
import { readTimedNotes } from './timed-notes.js';

const beatsPerBar = 4;

/** Bars out of a song, from beat 0 on, and how fast it is. */
export interface SongBars {
  readonly score: Score;
  readonly bpm: Bpm;
}

/** `bars` bars of four beats from about a third of the file on, with the programs and controls in force there. */
export async function barsOfSong(file: string, bars: number): Promise<SongBars> {
  const bytes = await readFile(file);
  const song = readPrompt(bytes);
  const last = song.notes.at(-1)?.beat ?? 0;
  const wanted = bars * beatsPerBar;
  const from = Math.floor(Math.min(last / 3, Math.max(0, last - wanted)) / beatsPerBar) * beatsPerBar;
  return { score: shiftScore(between(song, from, from + wanted), -from), bpm: bpmOf(readTimedNotes(bytes)) };
}

/** Notes that begin between two beats, and no longer than to the second; marks that begin there, or before. */
function between(score: Score, from: number, until: number): Score {
  const marks = <T extends { readonly beat: number }>(items: readonly T[]): T[] =>
    items.filter(({ beat }) => beat < until).map((item) => ({ ...item, beat: Math.max(from, item.beat) }));
  return {
    notes: score.notes
      .filter(({ beat }) => beat >= from && beat < until)
      .map((note) => ({ ...note, duration: Math.min(note.duration, until - note.beat) })),
    programs: marks(score.programs),
    controls: marks(score.controls),
    tempos: marks(score.tempos),
    meters: marks(score.meters),
    keys: marks(score.keys),
  };
}
