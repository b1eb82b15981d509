const repeats = 24;

/**
 * Bytes a second at which one thread reads as many bytes again and again, of the fastest of its turns: what the memory,
 * or the cache that holds so much, can give. It searches for a byte that is not there, which is all reading.
 */
export function readBandwidth(bytes: number): number {
  const buffer = Buffer.alloc(bytes, 1);
  let best = 0;
  for (let turn = 0; turn < repeats; turn += 1) {
    const started = performance.now();
    if (buffer.indexOf(2) >= 0) throw new RangeError('memory does not hold what was written to it');
    best = Math.max(best, bytes / ((performance.now() - started) / 1000));
  }
  return best;
}
