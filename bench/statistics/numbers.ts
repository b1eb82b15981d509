/** Entropy of counts in bits; 0 of none. */
export function entropyBits(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((bits, count) => (count > 0 ? bits - (count / total) * Math.log2(count / total) : bits), 0);
}

/** The middle one, the upper of two; numbers in any order. */
export function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Five significant digits: what references are written with, so that equal figures are equal. */
export function rounded(value: number): number {
  return Number(value.toPrecision(5));
}
