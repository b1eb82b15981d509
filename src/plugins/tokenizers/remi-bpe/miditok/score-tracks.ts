import { drumChannel } from '../../../../engine/music/note.js';
import { eventsOfType, type TickEvent, type TickNote, type TickScore } from '../../../../engine/music/tick-score.js';
import { drumProgram } from '../symbols.js';
import { latestProgram, type ProgramChange } from '../voices.js';
import { GridNotes } from './grid-notes.js';

/** The notes of one channel and program of one track of a file. */
export interface ProgramTrack {
  /** 0..127, or 128 for drums. */
  readonly program: number;
  readonly notes: GridNotes;
}

const channels = 16;
const programs = 128;

/**
 * The tracks as MidiTok's reader makes them: each track of the file is parted by channel and program, in this order. A
 * note belongs to the program in force where it begins. Notes stand in the order they begin in.
 */
export function tracksOf(score: TickScore): ProgramTrack[] {
  return score.tracks.flatMap(partTrack);
}

function partTrack(events: readonly TickEvent[]): ProgramTrack[] {
  const partOf = partFinder(events);
  const counts = new Uint32Array(channels * programs);
  for (const event of events) if (isPlayable(event)) counts[partOf(event)] += 1;
  const parts = new Map<number, { notes: GridNotes; orders: Uint32Array }>();
  counts.forEach((count, key) => {
    if (count > 0) parts.set(key, { notes: new GridNotes(count), orders: new Uint32Array(count) });
  });
  for (const event of events) {
    if (!isPlayable(event)) continue;
    const part = parts.get(partOf(event));
    if (part === undefined) continue;
    part.orders[part.notes.length] = event.order ?? 0;
    part.notes.add(event.tick, event.duration, event.pitch, event.velocity);
  }
  return [...parts].map(([key, { notes, orders }]) => {
    notes.sort((a, b) => notes.times[a] - notes.times[b] || orders[a] - orders[b]);
    return { program: Math.floor(key / programs) === drumChannel ? drumProgram : key % programs, notes };
  });
}

function isPlayable(event: TickEvent): event is TickNote {
  return event.type === 'note' && event.channel >= 0 && event.channel < channels;
}

/** The part of its track that a note belongs to: channel and program. Programs come before notes of the same time, as files have them. */
function partFinder(track: readonly TickEvent[]): (note: TickNote) => number {
  const changes = Array.from({ length: channels }, (): ProgramChange[] => []);
  for (const change of eventsOfType({ tracks: [track] }, 'program')) changes[change.channel]?.push(change);
  for (const list of changes) list.sort((a, b) => a.tick - b.tick);
  return ({ channel, tick }) => channel * programs + ((latestProgram(changes[channel], tick)?.program ?? 0) & (programs - 1));
}

/** Tracks of one program become one, in the place of the first. */
export function mergePrograms(tracks: readonly ProgramTrack[]): ProgramTrack[] {
  const byProgram = new Map<number, GridNotes[]>();
  for (const { program, notes } of tracks) {
    const known = byProgram.get(program);
    if (known === undefined) byProgram.set(program, [notes]);
    else known.push(notes);
  }
  return [...byProgram].map(([program, parts]) => ({ program, notes: parts.length === 1 ? parts[0] : joined(parts) }));
}

function joined(parts: readonly GridNotes[]): GridNotes {
  const notes = new GridNotes(parts.reduce((sum, { length }) => sum + length, 0));
  for (const part of parts) notes.addAll(part);
  notes.sortByLength();
  return notes;
}
