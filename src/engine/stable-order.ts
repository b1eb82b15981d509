/** Order of two by their indexes: below 0, 0 or above, as of `Array.sort`. */
export type CompareIndexes = (a: number, b: number) => number;

/**
 * The indexes 0 .. count-1 in order, equal ones as they stand; `undefined` where they stand in order already. A merge sort
 * in eight bytes an index, quick with stretches that are in order: an array of millions would take several times that.
 */
export function stableOrder(count: number, compare: CompareIndexes): Uint32Array | undefined {
  if (isInOrder(count, compare)) return undefined;
  let source = Uint32Array.from({ length: count }, (_, index) => index);
  let target = new Uint32Array(count);
  for (let width = 1; width < count; width *= 2) {
    for (let from = 0; from < count; from += 2 * width) {
      merge(source, target, from, Math.min(from + width, count), Math.min(from + 2 * width, count), compare);
    }
    [source, target] = [target, source];
  }
  return source;
}

function isInOrder(count: number, compare: CompareIndexes): boolean {
  for (let index = 1; index < count; index += 1) if (compare(index - 1, index) > 0) return false;
  return true;
}

/** Merges source[from .. middle) and source[middle .. end) into the same places of `target`. */
function merge(source: Uint32Array, target: Uint32Array, from: number, middle: number, end: number, compare: CompareIndexes): void {
  const isOrdered = middle >= end || compare(source[middle - 1], source[middle]) <= 0;
  let left = from;
  let right = middle;
  for (let at = from; at < end; at += 1) {
    if (isOrdered) target[at] = source[at];
    else if (right >= end || (left < middle && compare(source[left], source[right]) <= 0)) target[at] = source[left++];
    else target[at] = source[right++];
  }
}
