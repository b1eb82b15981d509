import type { Vocabulary } from '../../../engine/contracts/tokenizer.js';
import { unpackNote } from './note-character.js';
import type { PieceTable } from './piece-table.js';

/** The pieces of a SentencePiece model. Where it has no start, end or padding, the unknown piece stands in, which says nothing. */
export class ThereminVocabulary implements Vocabulary {
  readonly rowWidth = 1;
  readonly size: number;
  readonly pad: number;
  readonly start: readonly number[];
  readonly end: number;

  constructor(private readonly table: PieceTable) {
    const { start, end, pad, unknown } = table.model;
    this.size = table.size;
    this.start = start < 0 ? [] : [start];
    this.end = end < 0 ? unknown : end;
    this.pad = pad < 0 ? unknown : pad;
  }

  /** @example describe(4711) // → 'step 6 pitch 60 duration 4 velocity 2, step 0 pitch 64 duration 4 velocity 2' */
  describe(id: number): string {
    const notes = this.table.notesOf(id);
    if (notes.length === 0) return this.table.model.pieces[id]?.text ?? `unknown ${id}`;
    return Array.from(notes, describeNote).join(', ');
  }
}

function describeNote(character: number): string {
  const { step, pitch, duration, velocity } = unpackNote(character);
  return `step ${step} pitch ${pitch} duration ${duration} velocity ${velocity}`;
}
