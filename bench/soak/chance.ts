import { CounterRandom } from '../../src/engine/generation/sampling/counter-random.js';

/** Chance by a seed: the same seed and the same questions give the same answers. */
export class Chance {
  private readonly random: CounterRandom;

  constructor(seed: number, stream: number) {
    this.random = new CounterRandom(seed, stream);
  }

  /** 0 <= u < 1 */
  next(): number {
    return this.random.next();
  }

  happens(share: number): boolean {
    return this.next() < share;
  }

  between(least: number, most: number): number {
    return least + (most - least) * this.next();
  }

  /** `least` and `most` may both come. */
  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  /** As likely between 20 and 40 as between 400 and 800. */
  proportional(least: number, most: number): number {
    return Math.exp(this.between(Math.log(least), Math.log(most)));
  }

  /** How long until something comes that comes every `mean` on average. */
  wait(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  pick<T>(items: readonly T[]): T {
    return items[this.whole(0, items.length - 1)];
  }
}
