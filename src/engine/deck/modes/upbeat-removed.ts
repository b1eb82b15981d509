import type { ComposedSpan } from '../../contracts/composer.js';
import { compareNotes } from '../../music/note.js';

/** A span that begins with a note: what comes first begins where the span does and lasts as much longer. */
export function upbeatRemoved(span: ComposedSpan): ComposedSpan {
  const first = Math.min(...span.notes.map((note) => note.beat));
  if (!(first > span.fromBeat && first < Infinity)) return span;
  const notes = span.notes.map((note) => (note.beat > first ? note : { ...note, beat: span.fromBeat, duration: note.duration + first - span.fromBeat }));
  return { ...span, notes: notes.sort(compareNotes) };
}
