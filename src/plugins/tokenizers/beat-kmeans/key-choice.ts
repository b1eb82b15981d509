import type { AllowedTokens } from '../../../engine/contracts/tokenizer.js';
import type { BeatRoom } from './beat-room.js';
import { silent, type BeatState } from './grammar-state.js';
import type { Limits } from './limits.js';
import { endId, firstPitch, firstTempo, tempoBuckets } from './vocabulary.js';

/** More keys than this in one beat are taken for a model that is stuck. */
const mostCells = 24;

/** Writes the keys that may be told next, and the tempos of the next beat where this one may end. */
export function allowKeys(state: BeatState, limits: Limits, room: BeatRoom, allowed: AllowedTokens): void {
  const due = room.nextDue;
  if (state.cells < mostCells) addKeys(state, limits, room, allowed);
  else if (due < 128) allowed.add(firstPitch + due);
  if (due === 128 && (allowed.count === 0 || room.onsetsWanted < 1 || !canStrike(state, limits, room, state.pitch + 1))) {
    allowTempos(limits, allowed);
  }
}

export function allowTempos({ bucket, mayEnd }: Limits, allowed: AllowedTokens): void {
  if (bucket === undefined) allowed.addRange(firstTempo, firstTempo + tempoBuckets - 1);
  else allowed.add(firstTempo + bucket);
  if (mayEnd) allowed.add(endId);
}

/** Keys up to the next that must be told, but for those that would leave too few above them for the onsets still wanted. */
function addKeys(state: BeatState, limits: Limits, room: BeatRoom, allowed: AllowedTokens): void {
  const { keyAllowed, keyBias, longest } = limits;
  const mayStrike = room.hasRoomForNote();
  const wanted = mayStrike ? room.onsetsWanted : 0;
  let above = wanted > 0 ? countStrikable(state, limits) : 0;
  const enough = Math.min(wanted, above);
  const mayHold = room.isFree(0);
  for (let pitch = state.pitch + 1; pitch <= Math.min(127, room.nextDue); pitch += 1) {
    const since = state.since[pitch];
    const isFresh = since === silent;
    if (isFresh && keyAllowed[pitch] === 1) above -= 1;
    if (pitch === room.nextDue) {
      allowed.add(firstPitch + pitch);
    } else if (keyAllowed[pitch] === 1) {
      const maySound = mayStrike || (!isFresh && mayHold && room.start - since < longest);
      const leavesEnough = enough < 1 || above >= enough - (isFresh ? 1 : 0);
      if (maySound && leavesEnough) allowed.add(firstPitch + pitch, isFresh ? keyBias[pitch] : 0);
    }
  }
}

function canStrike(state: BeatState, limits: Limits, room: BeatRoom, from: number): boolean {
  if (state.cells >= mostCells || !room.hasRoomForNote()) return false;
  for (let pitch = from; pitch < 128; pitch += 1) {
    if (limits.keyAllowed[pitch] === 1 && state.since[pitch] === silent) return true;
  }
  return false;
}

function countStrikable(state: BeatState, { keyAllowed }: Limits): number {
  let count = 0;
  for (let pitch = state.pitch + 1; pitch < 128; pitch += 1) {
    if (keyAllowed[pitch] === 1 && state.since[pitch] === silent) count += 1;
  }
  return count;
}
