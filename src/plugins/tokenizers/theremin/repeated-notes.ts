import type { AllowedTokens } from '../../../engine/contracts/tokenizer.js';
import type { ThereminState } from './grammar-state.js';
import { largestStep, pitchOf, stepOf } from './note-character.js';
import type { PieceTable } from './piece-table.js';

const pitches = 128;
/** Stands behind all pitches. */
const none = pitches;
const highPitchBit = 0x01;
const lowPitchBits = 0x3f;

/**
 * Takes out what would strike a key that the same onset struck already: nobody hears it, and a model that begins to
 * repeat itself there goes on to. Leaves all where nothing else is allowed. Steps of spelled notes stay free.
 */
export class RepeatedNotes {
  /** The pitch that a piece strikes at the onset before it; {@link none} where it moves time on first. */
  private readonly pitchHere: Uint8Array;

  constructor(private readonly table: PieceTable) {
    this.pitchHere = Uint8Array.from({ length: table.size }, (_, id) => {
      const notes = table.notesOf(id);
      return notes.length > 0 && stepOf(notes[0]) === 0 ? pitchOf(notes[0]) : none;
    });
  }

  leaveOut(state: ThereminState, allowed: AllowedTokens): void {
    if (state.notesHere.length === 0 || state.bytesDue > 1) return;
    const struck = new Uint8Array(pitches + 1);
    for (const note of state.notesHere) struck[pitchOf(note)] = 1;
    if (state.bytesDue === 0) this.keepPieces(struck, allowed);
    else if (((state.bits >> 6) & largestStep) === 0) this.keepBytes(struck, state, allowed);
  }

  /** Thousands of pieces: one pass in place, with no call for each. `struck[pitches]` is 0, for pieces that strike none here. */
  private keepPieces(struck: Uint8Array, allowed: AllowedTokens): void {
    const { ids, biases, count } = allowed;
    const { pitchHere } = this;
    let kept = 0;
    for (let index = 0; index < count; index += 1) {
      const id = ids[index];
      if (struck[pitchHere[id]] !== 0) continue;
      ids[kept] = id;
      biases[kept] = biases[index];
      kept += 1;
    }
    if (kept > 0) allowed.count = kept;
  }

  private keepBytes(struck: Uint8Array, { bits }: ThereminState, allowed: AllowedTokens): void {
    const { ids, biases, count } = allowed;
    let kept = 0;
    for (let index = 0; index < count; index += 1) {
      const pitch = ((bits & highPitchBit) << 6) | (this.table.byteOf(ids[index]) & lowPitchBits);
      if (struck[pitch] !== 0) continue;
      ids[kept] = ids[index];
      biases[kept] = biases[index];
      kept += 1;
    }
    if (kept > 0) allowed.count = kept;
  }
}
