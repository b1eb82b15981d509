/** Where chance comes from. */
export interface RandomSource {
  /** The next number in 0 <= u < 1. */
  next(): number;
}
