import type { NoteColumns } from './note-columns.js';
import { compareRowEvents, stepsPerBeat, type RowEvent } from './row-event.js';

/** The events of a score in order of {@link compareRowEvents}, in four bytes a note: notes come last at their time and track. */
export class OrderedEvents {
  /** A note by its index, a mark by what is left of -1 when its index is taken away. */
  private readonly order: Int32Array;
  private readonly marks: readonly RowEvent[];

  constructor(
    marks: readonly RowEvent[],
    private readonly notes: NoteColumns,
  ) {
    this.marks = [...marks].sort(compareRowEvents);
    this.order = new Int32Array(marks.length + notes.length);
    this.merge(notes.order());
  }

  get length(): number {
    return this.order.length;
  }

  /** A note is a new object each time. */
  at(index: number): RowEvent {
    const entry = this.order[index];
    return entry < 0 ? this.marks[-1 - entry] : this.notes.eventOf(entry);
  }

  private merge(noteOrder: Uint32Array | undefined): void {
    const { marks, notes, order } = this;
    let mark = 0;
    let at = 0;
    for (let place = 0; place < notes.length; place += 1) {
      const note = noteOrder === undefined ? place : noteOrder[place];
      while (mark < marks.length && !this.isAfterNote(marks[mark], note)) order[at++] = -1 - mark++;
      order[at++] = note;
    }
    while (mark < marks.length) order[at++] = -1 - mark++;
  }

  private isAfterNote({ beat, step, track }: RowEvent, note: number): boolean {
    const steps = beat * stepsPerBeat + step;
    return steps > this.notes.stepsOf(note) || (steps === this.notes.stepsOf(note) && track > this.notes.trackOf(note));
  }
}
