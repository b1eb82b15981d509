import { durationOf, stepOf } from './note-character.js';
import type { PieceTable } from './piece-table.js';

/** What the grammar asks of every piece of notes, in tables made once. Rows are ordered by their first step. */
export class PieceProfiles {
  readonly count: number;
  readonly ids: Int32Array;
  /** Rows whose first step is below s end before `rowOfStep[s]`, s 0..64. */
  readonly rowOfStep: Int32Array;
  /** Steps from where the piece is put to its last onset. */
  readonly spans: Int32Array;
  /** Notes of row r: `notes[noteStart[r]]` .. `notes[noteStart[r + 1] - 1]`. */
  readonly noteStart: Int32Array;
  readonly notes: Int32Array;
  /** Most notes of its own that sound at once. */
  readonly peaks: Int32Array;
  /** Row r: `reached[noteStart[r] + c - 1]` is the onset at which first c of its notes sound, c 1..peak. */
  readonly reached: Float64Array;
  /** The longest span of all. */
  readonly longestSpan: number;

  /** @param lengths steps that each duration number lasts */
  constructor(table: PieceTable, lengths: Float64Array) {
    const pieces = Array.from(table.notePieces, (id) => ({ id, notes: table.notesOf(id) }));
    pieces.sort((a, b) => stepOf(a.notes[0]) - stepOf(b.notes[0]) || a.id - b.id);
    this.count = pieces.length;
    this.ids = Int32Array.from(pieces, ({ id }) => id);
    this.notes = Int32Array.from(pieces.flatMap(({ notes }) => [...notes]));
    this.noteStart = new Int32Array(this.count + 1);
    this.spans = new Int32Array(this.count);
    this.peaks = new Int32Array(this.count);
    this.reached = new Float64Array(this.notes.length);
    this.rowOfStep = new Int32Array(65).fill(this.count);
    pieces.forEach(({ notes }, row) => this.measure(row, notes, lengths));
    for (let step = 64; step >= 0; step -= 1) {
      this.rowOfStep[step] = pieces.findIndex(({ notes }) => stepOf(notes[0]) >= step);
      if (this.rowOfStep[step] < 0) this.rowOfStep[step] = this.count;
    }
    this.longestSpan = this.spans.reduce((a, b) => Math.max(a, b), 0);
  }

  private measure(row: number, notes: Int32Array, lengths: Float64Array): void {
    const start = this.noteStart[row];
    this.noteStart[row + 1] = start + notes.length;
    let onset = 0;
    let peak = 0;
    const ends: number[] = [];
    for (const note of notes) {
      onset += stepOf(note);
      ends.push(onset + lengths[durationOf(note)]);
      const sounding = ends.filter((end) => end > onset).length;
      for (; peak < sounding; peak += 1) this.reached[start + peak] = onset;
    }
    this.spans[row] = onset;
    this.peaks[row] = peak;
  }
}
