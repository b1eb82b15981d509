import type { RandomSource } from './random-source.js';

/**
 * Random numbers that are a function of (seed, stream, counter): going back to an earlier counter gives the same numbers
 * again, and streams of one seed have nothing to do with each other. Allocates nothing.
 *
 * @example
 * const random = new CounterRandom(7, 0);
 * const first = random.next();
 * random.counter = 0;
 * random.next() === first; // → true
 */
export class CounterRandom implements RandomSource {
  /** How many numbers have been drawn. */
  counter = 0;
  private key = 0;

  constructor(seed: number, stream = 0) {
    this.reseed(seed, stream);
  }

  /** Changes the seed and the stream; the counter stays. Any finite numbers; fractions count. */
  reseed(seed: number, stream: number): void {
    this.key = mix(fold(seed) ^ mix(fold(stream) + 0x632be5ab));
  }

  next(): number {
    const position = Math.imul(this.counter, 0x9e3779b1);
    this.counter += 1;
    const high = mix(this.key ^ mix(position)) >>> 5;
    const low = mix(mix(position + 0x7f4a7c15) ^ Math.imul(this.key, 0x85ebca6b)) >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }
}

/** A double's bits as one 32-bit integer; equal numbers fold alike (0 and -0 too). */
function fold(value: number): number {
  scratch[0] = value + 0;
  return bits[0] ^ Math.imul(bits[1], 0x27d4eb2f);
}

const scratch = new Float64Array(1);
const bits = new Int32Array(scratch.buffer);

/** A bijection of 32-bit integers in which every bit of the result hangs on every bit of the value (lowbias32). */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}
