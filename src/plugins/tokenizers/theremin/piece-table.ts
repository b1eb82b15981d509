import { ContinuoError } from '../../../engine/errors.js';
import { isNoteCharacter } from './note-character.js';
import { codePointsOf } from './sentencepiece/code-points.js';
import { byteOfPiece, pieceKinds, type SentencePieceModel } from './sentencepiece/model-file.js';

const nothing = new Int32Array();

/** What each id of a SentencePiece model says in the language of notes. */
export class PieceTable {
  readonly size: number;
  /** Whether every note can be spelled in bytes. */
  readonly canSpell: boolean;
  /** Ids of pieces that are notes and nothing else, rising. */
  readonly notePieces: Int32Array;
  private readonly notes: readonly Int32Array[];
  /** -1 for ids without notes. */
  private readonly firstNotes: Int32Array;
  private readonly bytes: Int16Array;
  private readonly idsOfBytes = new Int32Array(256).fill(-1);

  /** @throws ContinuoError badPack when no note can be said with the model. */
  constructor(readonly model: SentencePieceModel) {
    const { pieces } = model;
    this.size = pieces.length;
    this.bytes = Int16Array.from(pieces, ({ text, kind }) => (kind === pieceKinds.byte ? byteOfPiece(text) : -1));
    this.bytes.forEach((byte, id) => {
      if (byte >= 0) this.idsOfBytes[byte] = id;
    });
    this.canSpell = model.byteFallback;
    const whole: number[] = [];
    this.notes = pieces.map(({ text, kind }, id) => {
      if (kind !== pieceKinds.normal && kind !== pieceKinds.userDefined) return nothing;
      const points = codePointsOf(text);
      const notes = points.filter(isNoteCharacter);
      if (notes.length > 0 && notes.length === points.length) whole.push(id);
      return notes;
    });
    this.firstNotes = Int32Array.from(this.notes, (notes) => notes[0] ?? -1);
    this.notePieces = Int32Array.from(whole);
    if (whole.length === 0 && !this.canSpell) {
      throw new ContinuoError('badPack', 'The SentencePiece model has no piece of notes; give one that was trained on note characters.');
    }
  }

  /** The notes in a piece; empty for bytes, controls, and ids outside the model. */
  notesOf(id: number): Int32Array {
    return this.notes[id] ?? nothing;
  }

  /** The first of them, quickly; `undefined` where there are none. */
  firstNoteOf(id: number): number | undefined {
    const note = this.firstNotes[id] ?? -1;
    return note < 0 ? undefined : note;
  }

  /** The byte a piece stands for; -1 for all others. */
  byteOf(id: number): number {
    return this.bytes[id] ?? -1;
  }

  /** The id of a byte; -1 where the model has no bytes. */
  idOfByte(byte: number): number {
    return this.idsOfBytes[byte];
  }
}
