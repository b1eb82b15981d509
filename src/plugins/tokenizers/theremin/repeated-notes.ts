import type { AllowedTokens } from '../../../engine/contracts/tokenizer.js';
import type { ThereminState } from './grammar-state.js';
import { largestStep, pitchOf } from './note-character.js';
import type { PieceTable } from './piece-table.js';

const highPitchBit = 0x01;
const lowPitchBits = 0x3f;

/**
 * The pitches struck at the last onset, ascending, once each. To strike one of them there again is heard by nobody, and a
 * model that begins to repeat itself goes on to.
 */
export function struckPitches({ notesHere }: ThereminState): readonly number[] {
  if (notesHere.length < 2) return notesHere.map(pitchOf);
  return [...new Set(notesHere.map(pitchOf))].sort((a, b) => a - b);
}

/** Takes out the last bytes of spelled notes that would strike one of the pitches; all stay where nothing else is allowed. */
export function leaveOutStruckBytes(struck: readonly number[], { bits, bytesDue }: ThereminState, table: PieceTable, allowed: AllowedTokens): void {
  if (bytesDue !== 1 || ((bits >> 6) & largestStep) !== 0) return;
  const { ids, biases, count } = allowed;
  let kept = 0;
  for (let index = 0; index < count; index += 1) {
    const pitch = ((bits & highPitchBit) << 6) | (table.byteOf(ids[index]) & lowPitchBits);
    if (struck.includes(pitch)) continue;
    ids[kept] = ids[index];
    biases[kept] = biases[index];
    kept += 1;
  }
  if (kept > 0) allowed.count = kept;
}
