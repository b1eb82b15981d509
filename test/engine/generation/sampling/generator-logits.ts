/** The logits of the golden vectors: a linear congruential generator's bits, -8 .. 8, exact in single precision. */
export function generatorLogits(seed: number, size: number): Float32Array {
  let state = BigInt(seed);
  return Float32Array.from({ length: size }, () => {
    state = (1103515245n * state + 12345n) & 0x7fffffffn;
    return (Number(state >> 8n) / 8388608) * 16 - 8;
  });
}
