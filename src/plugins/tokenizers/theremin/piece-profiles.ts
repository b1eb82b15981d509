import { durationOf, pitchOf, stepOf } from './note-character.js';
import type { PieceTable } from './piece-table.js';

/** Stands behind all pitches. */
export const noPitch = 128;

/** How the onsets of a piece lie and which key it strikes at once: pieces of one shape fit into the same places. */
export interface PieceShape {
  /** Steps from where the piece is put to its first onset. */
  readonly firstStep: number;
  /** The pitch of the first note where it is struck where the piece is put, else {@link noPitch}. */
  readonly pitchHere: number;
  /** Steps from where the piece is put to its last onset. */
  readonly span: number;
  /** `[c - 1]`: steps to the onset at which first c of its own notes sound; as many as ever sound at once. */
  readonly reached: readonly number[];
}

/** What the grammar asks of every piece of notes, in tables made once. Rows are ordered by their shapes. */
export class PieceProfiles {
  readonly count: number;
  /** By row. */
  readonly ids: Int32Array;
  /** Notes of row r: `notes[noteStart[r]]` .. `notes[noteStart[r + 1] - 1]`. */
  readonly noteStart: Int32Array;
  readonly notes: Int32Array;
  /** In order of first step, those of step 0 in order of `pitchHere`. */
  readonly shapes: readonly PieceShape[];
  /** By row: index in `shapes`; rises. */
  readonly shapeOfRow: Int32Array;
  /** The longest span of all. */
  readonly longestSpan: number;

  /** @param lengths steps that each duration number lasts */
  constructor(
    table: PieceTable,
    private readonly lengths: Float64Array,
  ) {
    const pieces = Array.from(table.notePieces, (id) => {
      const notes = table.notesOf(id);
      const shape = shapeOf(notes, lengths);
      return { id, notes, shape, name: [shape.span, ...shape.reached].join() };
    });
    pieces.sort((a, b) => a.shape.firstStep - b.shape.firstStep || a.shape.pitchHere - b.shape.pitchHere || compare(a.name, b.name) || a.id - b.id);
    this.count = pieces.length;
    this.ids = Int32Array.from(pieces, ({ id }) => id);
    this.notes = Int32Array.from(pieces.flatMap(({ notes }) => [...notes]));
    this.noteStart = new Int32Array(this.count + 1);
    this.shapeOfRow = new Int32Array(this.count);
    const shapes: PieceShape[] = [];
    let last = '';
    for (const [row, { notes, shape, name }] of pieces.entries()) {
      this.noteStart[row + 1] = this.noteStart[row] + notes.length;
      const key = `${shape.firstStep} ${shape.pitchHere} ${name}`;
      if (key !== last) shapes.push(shape);
      last = key;
      this.shapeOfRow[row] = shapes.length - 1;
    }
    this.shapes = shapes;
    this.longestSpan = shapes.reduce((longest, { span }) => Math.max(longest, span), 0);
  }

  /** Notes of a row that sound longer than `steps` after its last onset. */
  lasting(row: number, steps: number): number {
    let left = this.shapes[this.shapeOfRow[row]].span;
    let count = 0;
    for (let index = this.noteStart[row]; index < this.noteStart[row + 1]; index += 1) {
      left -= stepOf(this.notes[index]);
      if (this.lengths[durationOf(this.notes[index])] > left + steps) count += 1;
    }
    return count;
  }
}

function shapeOf(notes: Int32Array, lengths: Float64Array): PieceShape {
  const reached: number[] = [];
  const ends: number[] = [];
  let onset = 0;
  for (const note of notes) {
    onset += stepOf(note);
    ends.push(onset + lengths[durationOf(note)]);
    const now = onset;
    const sounding = ends.filter((end) => end > now).length;
    while (reached.length < sounding) reached.push(onset);
  }
  const firstStep = stepOf(notes[0]);
  return { firstStep, pitchHere: firstStep === 0 ? pitchOf(notes[0]) : noPitch, span: onset, reached };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
