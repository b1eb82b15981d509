import type { AllowedTokens } from '../../../engine/contracts/tokenizer.js';
import type { ThereminState } from './grammar-state.js';
import { largestStep, pitchOf, stepOf } from './note-character.js';
import type { PieceTable } from './piece-table.js';

const none = -1;
const highPitchBit = 0x01;
const lowPitchBits = 0x3f;

/**
 * Takes out what would strike a key that the same onset struck already: nobody hears it, and a model that begins to
 * repeat itself there goes on to. Leaves all where nothing else is allowed. Steps of spelled notes stay free.
 */
export class RepeatedNotes {
  /** The pitch that a piece strikes at the onset before it; -1 where it moves time on first. */
  private readonly pitchHere: Int16Array;

  constructor(private readonly table: PieceTable) {
    this.pitchHere = Int16Array.from({ length: table.size }, (_, id) => {
      const notes = table.notesOf(id);
      return notes.length > 0 && stepOf(notes[0]) === 0 ? pitchOf(notes[0]) : none;
    });
  }

  leaveOut(state: ThereminState, allowed: AllowedTokens): void {
    if (state.notesHere.length === 0 || state.bytesDue > 1) return;
    const struck = new Uint8Array(128);
    for (const note of state.notesHere) struck[pitchOf(note)] = 1;
    if (state.bytesDue === 0) keep(allowed, (id) => this.pitchHere[id] === none || struck[this.pitchHere[id]] === 0);
    else if (((state.bits >> 6) & largestStep) === 0) keep(allowed, (id) => struck[this.pitchWith(state, id)] === 0);
  }

  private pitchWith({ bits }: ThereminState, id: number): number {
    return ((bits & highPitchBit) << 6) | (this.table.byteOf(id) & lowPitchBits);
  }
}

/** Leaves what passes, in its order; everything where nothing does. */
function keep(allowed: AllowedTokens, passes: (id: number) => boolean): void {
  const { ids, biases, count } = allowed;
  if (!ids.subarray(0, count).some(passes)) return;
  allowed.clear();
  for (let index = 0; index < count; index += 1) if (passes(ids[index])) allowed.add(ids[index], biases[index]);
}
