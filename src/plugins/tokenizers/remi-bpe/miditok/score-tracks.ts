import { drumChannel } from '../../../../engine/music/note.js';
import type { TickEvent, TickScore } from '../../../../engine/music/tick-score.js';
import { drumProgram } from '../symbols.js';

/** A note that is moved to the grid. */
export interface GridNote {
  time: number;
  duration: number;
  pitch: number;
  velocity: number;
}

/** The notes of one channel and program of one track of a file. */
export interface ProgramTrack {
  /** 0..127, or 128 for drums. */
  readonly program: number;
  notes: GridNote[];
}

/**
 * The tracks as MidiTok's reader makes them: each track of the file is parted by channel and program, in this order. A
 * note belongs to the program in force where it begins. Notes stand in the order they begin in.
 */
export function tracksOf(score: TickScore): ProgramTrack[] {
  return score.tracks.flatMap(partTrack);
}

function partTrack(events: readonly TickEvent[]): ProgramTrack[] {
  const parts = new Map<number, ProgramTrack>();
  const programs = new Uint8Array(16);
  for (const event of inOrderOfBeginning(events)) {
    if (event.type === 'program') programs[event.channel] = event.program;
    if (event.type !== 'note') continue;
    const { channel, tick, duration, pitch, velocity } = event;
    const key = channel * 128 + programs[channel];
    const program = channel === drumChannel ? drumProgram : programs[channel];
    const part: ProgramTrack = parts.get(key) ?? { program, notes: [] };
    parts.set(key, part);
    part.notes.push({ time: tick, duration, pitch, velocity });
  }
  return [...parts].sort((a, b) => a[0] - b[0]).map(([, part]) => part);
}

/** Programs before notes of the same time, as files have them. */
function inOrderOfBeginning(events: readonly TickEvent[]): TickEvent[] {
  const rank = (event: TickEvent): number => (event.type === 'note' ? (event.order ?? 0) : -1);
  return [...events].sort((a, b) => a.tick - b.tick || rank(a) - rank(b));
}

/** By time, length, pitch, velocity. */
export function compareGridNotes(a: GridNote, b: GridNote): number {
  return a.time - b.time || a.duration - b.duration || a.pitch - b.pitch || a.velocity - b.velocity;
}

/** Tracks of one program become one, in the place of the first. */
export function mergePrograms(tracks: readonly ProgramTrack[]): ProgramTrack[] {
  const merged = new Map<number, ProgramTrack>();
  for (const track of tracks) {
    const known = merged.get(track.program);
    if (known === undefined) merged.set(track.program, track);
    else merged.set(track.program, { ...known, notes: [...known.notes, ...track.notes].sort(compareGridNotes) });
  }
  return [...merged.values()];
}
