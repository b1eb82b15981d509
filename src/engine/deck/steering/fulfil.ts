import type { ComposedSpan } from '../../contracts/composer.js';
import { compareNotes, endBeat, type Note } from '../../music/note.js';
import type { Beats } from '../../music/units.js';
import type { ForcedMusic } from './passage.js';

/** A format's own idea of a forced note is no further from it than half of its coarsest step. */
const reach: Beats = 0.13;
/** What would be left of a note that is cut shorter than this is nothing. */
const shortest: Beats = 1 / 32;

/**
 * A composer's span with the forced notes exactly as they are to be, whatever its format can say: its own version of them
 * goes, and what would strike or hold their pitches while they sound; what leads into given music ends where that begins. `forced`: all
 * that touches the span, lies within a beat before it, or that its notes reach into.
 */
export function fulfil(span: ComposedSpan, forced: readonly ForcedMusic[]): ComposedSpan {
  if (forced.length === 0) return span;
  const all = forced.flatMap(({ notes }) => notes);
  const due = all.filter((note) => note.beat >= span.fromBeat && note.beat < span.untilBeat);
  const sealed = forced.filter(({ only }) => only);
  const composed = span.notes.filter((note) => !sealed.some(({ fromBeat, untilBeat }) => note.beat >= fromBeat && note.beat < untilBeat));
  const seams = forced.filter(({ isLedInto }) => isLedInto).map(({ fromBeat }) => fromBeat);
  const around = composed.flatMap((note) => madeRoom(endingAt(seams, note), all));
  return { ...span, notes: [...around, ...withoutDoubles(due)].sort(compareNotes) };
}

/** The note, which ends at the first of some seams that it reaches over. */
function endingAt(seams: readonly Beats[], note: Note): Note {
  const end = Math.min(endBeat(note), ...seams.filter((beat) => beat > note.beat));
  return end < endBeat(note) ? { ...note, duration: end - note.beat } : note;
}

/** The note as far as forced notes leave room for it. */
function madeRoom(note: Note, forced: readonly Note[]): readonly Note[] {
  let room = note;
  for (const other of forced) {
    if (other.pitch !== note.pitch) continue;
    if (Math.abs(other.beat - note.beat) <= reach) return [];
    if (other.channel !== note.channel) continue;
    if (other.beat <= note.beat && endBeat(other) > note.beat) return [];
    if (other.beat > note.beat && other.beat < endBeat(room)) room = { ...room, duration: other.beat - note.beat };
  }
  return room.duration >= shortest ? [room] : [];
}

/** A note that two passages give is struck once. */
function withoutDoubles(notes: readonly Note[]): readonly Note[] {
  const places = new Map(notes.map((note) => [`${note.beat} ${note.channel} ${note.pitch}`, note]));
  return [...places.values()];
}
