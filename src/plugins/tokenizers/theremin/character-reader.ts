import { isNoteCharacter } from './note-character.js';
import type { PieceTable } from './piece-table.js';

const nothing = new Int32Array();

/** First bytes of note characters, and what of a byte counts. */
const firstLead = 0xf1;
const lastLead = 0xf3;
const leadBits = 0x07;
const followingBits = 0x3f;

/**
 * Puts ids together to note characters: whole pieces, and characters spelled in bytes. What is no note is skipped.
 */
export class CharacterReader {
  private bits = 0;
  private bytesDue = 0;

  constructor(private readonly table: PieceTable) {}

  /** The note characters that this id completes. */
  push(id: number): Int32Array {
    const byte = this.table.byteOf(id);
    if (byte < 0) {
      this.bytesDue = 0;
      return this.table.notesOf(id);
    }
    if (byte >= firstLead && byte <= lastLead) {
      this.bits = byte & leadBits;
      this.bytesDue = 3;
    } else if (this.bytesDue > 0 && byte >> 6 === 2) {
      this.bits = (this.bits << 6) | (byte & followingBits);
      this.bytesDue -= 1;
      if (this.bytesDue === 0 && isNoteCharacter(this.bits)) return Int32Array.of(this.bits);
    } else {
      this.bytesDue = 0;
    }
    return nothing;
  }

  /** The first of the note characters that {@link push} would give. */
  peek(id: number): number | undefined {
    const byte = this.table.byteOf(id);
    if (byte < 0) return this.table.firstNoteOf(id);
    if (this.bytesDue !== 1 || byte >> 6 !== 2) return undefined;
    const bits = (this.bits << 6) | (byte & followingBits);
    return isNoteCharacter(bits) ? bits : undefined;
  }

  clone(): CharacterReader {
    const copy = new CharacterReader(this.table);
    copy.bits = this.bits;
    copy.bytesDue = this.bytesDue;
    return copy;
  }
}
