import type { ComposedSpan } from '../../contracts/composer.js';
import { compareNotes, type Note } from '../../music/note.js';
import { lineFrom, nearestLine } from '../../music/rhythm-grid.js';
import type { Beats } from '../../music/units.js';

/** Nobody composes again from further back than this. */
const remembered: Beats = 16;

/** A note that moved out of the span it was composed in. */
interface Overhang {
  readonly composedBeat: Beats;
  readonly note: Note;
}

/**
 * Moves the onsets of what is composed to the lines of a grid, span after span. A note that moves over the end of its span
 * comes with the next, also where that begins anew from there on; one that would move before the beginning comes on the first
 * line of its span. Of two notes that become the same the louder is kept, of two as loud the
 * longer. Bounded. Thread: main.
 */
export class OntoGrid {
  private overhangs: readonly Overhang[] = [];

  /** `grid` in beats; 0 leaves the span as it is. */
  snap(span: ComposedSpan, grid: Beats): ComposedSpan {
    const { fromBeat, untilBeat } = span;
    const isIn = ({ beat }: Note): boolean => beat >= fromBeat && beat < untilBeat;
    this.overhangs = this.overhangs.filter(({ composedBeat }) => composedBeat < fromBeat && composedBeat >= fromBeat - remembered);
    const before = this.overhangs.map(({ note }) => note).filter(isIn);
    if (grid === 0) return before.length === 0 ? span : { ...span, notes: once([...before, ...span.notes]) };
    const moved = span.notes.map((note) => {
      const line = nearestLine(note.beat, grid);
      return { composedBeat: note.beat, note: { ...note, beat: line < fromBeat ? lineFrom(fromBeat, grid) : line } };
    });
    this.overhangs = [...this.overhangs, ...moved.filter(({ note }) => note.beat >= untilBeat)];
    return { ...span, notes: once([...before, ...moved.map(({ note }) => note).filter(isIn)]) };
  }

  /** The host jumped, and the music moved. */
  move(by: Beats): void {
    this.overhangs = this.overhangs.map(({ composedBeat, note }) => ({ composedBeat: composedBeat + by, note: { ...note, beat: note.beat + by } }));
  }
}

function once(notes: readonly Note[]): readonly Note[] {
  const places = new Map<string, Note>();
  for (const note of notes) {
    const key = `${note.beat} ${note.channel} ${note.pitch}`;
    const there = places.get(key);
    if (!there || (note.velocity - there.velocity || note.duration - there.duration) > 0) places.set(key, note);
  }
  return [...places.values()].sort(compareNotes);
}
