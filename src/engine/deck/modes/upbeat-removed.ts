import type { ComposedSpan } from '../../contracts/composer.js';
import { compareNotes } from '../../music/note.js';
import type { Beats } from '../../music/units.js';

/** A span that begins with a note: what comes first, less than `longest` after its beginning, begins with it and lasts as much longer. */
export function upbeatRemoved(span: ComposedSpan, longest: Beats): ComposedSpan {
  const first = Math.min(...span.notes.map((note) => note.beat));
  if (!(first > span.fromBeat && first < span.fromBeat + longest)) return span;
  const notes = span.notes.map((note) => (note.beat > first ? note : { ...note, beat: span.fromBeat, duration: note.duration + first - span.fromBeat }));
  return { ...span, notes: notes.sort(compareNotes) };
}
