import type { AllowedTokens } from '../../../engine/contracts/tokenizer.js';
import { forbidden, type FieldChoice } from './field-choice.js';
import type { ThereminState } from './grammar-state.js';
import { largestDuration, largestStep, largestVelocity } from './note-character.js';
import type { PieceTable } from './piece-table.js';
import type { StepWindow } from './step-window.js';

const leadByte = 0xf0;
const followingByte = 0x80;

/** What a note that is spelled in bytes may be. */
export interface SpellingRules {
  readonly fields: FieldChoice;
  /** Steps of notes that are free; nobody's where `low` > `high`. */
  readonly window: StepWindow;
  /** Characters allowed whatever the fields and the window say. */
  readonly forced: readonly number[];
}

/** Writes the bytes that may come next in the spelling of a note; every value where a constraint leaves none. */
export function allowBytes(state: ThereminState, rules: SpellingRules, table: PieceTable, allowed: AllowedTokens): void {
  const { bytesDue, bits } = state;
  if (bytesDue === 0) {
    for (let velocity = 1; velocity <= largestVelocity; velocity += 1) {
      const free = rules.window.low <= rules.window.high && rules.fields.velocities[velocity] === 1;
      if (free || isForced(rules.forced, velocity, 18)) allowed.add(table.idOfByte(leadByte | velocity));
    }
    return;
  }
  const before = allowed.count;
  addFollowing(bytesDue, bits, rules, isFree(bytesDue, bits, rules), table, allowed);
  if (allowed.count === before) addFollowing(bytesDue, bits, rules, true, table, allowed);
  if (allowed.count === before) for (let value = 0; value < 64; value += 1) allowed.add(table.idOfByte(followingByte | value));
}

/** Whether what is spelled so far is free, and not only the beginning of a forced note. */
function isFree(bytesDue: number, bits: number, { fields, window }: SpellingRules): boolean {
  const velocity = bits >> (6 * (3 - bytesDue));
  if (fields.velocities[velocity] === 0) return false;
  if (bytesDue === 3) return true;
  const step = (bits >> (6 * (2 - bytesDue))) & largestStep;
  const duration = (bits >> 1) & largestDuration;
  return step >= window.low && step <= window.high && (bytesDue === 2 || fields.durations[duration] === 1);
}

function addFollowing(
  bytesDue: number,
  bits: number,
  { fields, window, forced }: SpellingRules,
  free: boolean,
  table: PieceTable,
  allowed: AllowedTokens,
): void {
  const isLast = bytesDue === 1;
  for (let value = 0; value < 64; value += 1) {
    const spelled = (bits << 6) | value;
    const bias = free ? biasOf(bytesDue, bits, value, fields, window) : forbidden;
    if (bias !== forbidden) allowed.add(table.idOfByte(followingByte | value), isLast ? bias : 0);
    else if (isForced(forced, spelled, 6 * (bytesDue - 1))) allowed.add(table.idOfByte(followingByte | value));
  }
}

function biasOf(bytesDue: number, bits: number, value: number, fields: FieldChoice, window: StepWindow): number {
  if (bytesDue === 3) return value >= window.low && value <= window.high ? 0 : forbidden;
  if (bytesDue === 1) return fields.pitches[((bits & 1) << 6) | value];
  if (fields.durations[value >> 1] === 0) return forbidden;
  const half = (value & 1) << 6;
  return fields.pitches.subarray(half, half + 64).some((bias) => bias !== forbidden) ? 0 : forbidden;
}

function isForced(characters: readonly number[], beginning: number, bitsLeft: number): boolean {
  return characters.some((character) => character >> bitsLeft === beginning);
}
