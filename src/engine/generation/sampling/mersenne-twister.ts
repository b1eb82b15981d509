import type { RandomSource } from './random-source.js';

const length = 624;
const middle = 397;

/**
 * MT19937 with 53-bit doubles, as numpy's RandomState seeds and draws it (Matsumoto and Nishimura, 1998): what makes a
 * take of a reference implementation in Python come out again.
 */
export class MersenneTwister implements RandomSource {
  private readonly state = new Int32Array(length);
  private index = length;

  /** `seed`: 0 .. 2^32 - 1. */
  constructor(seed: number) {
    this.state[0] = seed;
    for (let index = 1; index < length; index += 1) {
      const previous = this.state[index - 1];
      this.state[index] = Math.imul(1812433253, previous ^ (previous >>> 30)) + index;
    }
  }

  next(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  private word(): number {
    if (this.index === length) this.twist();
    let word = this.state[this.index];
    this.index += 1;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return word ^ (word >>> 18);
  }

  private twist(): void {
    const { state } = this;
    for (let index = 0; index < length; index += 1) {
      const joined = (state[index] & 0x80000000) | (state[(index + 1) % length] & 0x7fffffff);
      state[index] = state[(index + middle) % length] ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
    }
    this.index = 0;
  }
}
