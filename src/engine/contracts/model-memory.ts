/**
 * What a recurrent model remembers of all the music before, in numbers of a fixed count: it can be kept, recalled later,
 * and blended with another. Thread: the inference worker. Never while a run of the model is pending.
 */
export interface ModelMemory {
  /** A copy of the memory as it stands where the model decided last. */
  snapshot(): Float32Array;
  /**
   * Goes on with `state` as the memory, from the next place where the model decides (its next bar): what it has taken in
   * since it decided last comes on top of it. Where that has not come yet a mark holds it, and a rewind to an earlier one voids it.
   * Errors: `modelFailed` where the state is of another length than this model's.
   */
  restore(state: Float32Array): void;
}

/** A new state between two of one length; `amount` 0: `a`, 1: `b`. Errors: RangeError where the lengths differ. */
export function blendStates(a: Float32Array, b: Float32Array, amount: number): Float32Array {
  if (a.length !== b.length) throw new RangeError(`states of ${a.length} and ${b.length} numbers cannot be blended`);
  return a.map((value, index) => value * (1 - amount) + b[index] * amount);
}
