import type { ComposedSpan } from '../../contracts/composer.js';
import { compareNotes, type Note } from '../../music/note.js';
import { lineFrom, nearestLine } from '../../music/rhythm-grid.js';
import type { Beats } from '../../music/units.js';

/**
 * Moves the onsets of what is composed to the lines of a grid, span after span. A note that moves over the end of its span
 * comes with the next; one that would move before the beginning comes on the first line of its span. Of two notes that
 * become the same the louder is kept. Thread: main.
 */
export class OntoGrid {
  private carried: { readonly beat: Beats; readonly notes: readonly Note[] } = { beat: Number.NaN, notes: [] };

  /** `grid` in beats; 0 leaves the span as it is. */
  move(span: ComposedSpan, grid: Beats): ComposedSpan {
    const before = this.carried.beat === span.fromBeat ? this.carried.notes : [];
    this.carried = { beat: span.untilBeat, notes: [] };
    if (grid === 0) return before.length === 0 ? span : { ...span, notes: [...before, ...span.notes].sort(compareNotes) };
    const moved = span.notes.map((note) => {
      const line = nearestLine(note.beat, grid);
      return { ...note, beat: line < span.fromBeat ? lineFrom(span.fromBeat, grid) : line };
    });
    const all = once([...before, ...moved]);
    this.carried = { beat: span.untilBeat, notes: all.filter((note) => note.beat >= span.untilBeat) };
    return { ...span, notes: all.filter((note) => note.beat < span.untilBeat) };
  }
}

function once(notes: readonly Note[]): readonly Note[] {
  const places = new Map<string, Note>();
  for (const note of notes) {
    const key = `${note.beat} ${note.channel} ${note.pitch}`;
    const there = places.get(key);
    if (!there || note.velocity > there.velocity) places.set(key, note);
  }
  return [...places.values()].sort(compareNotes);
}
