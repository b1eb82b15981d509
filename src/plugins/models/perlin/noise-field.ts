import { PerlinNoise } from './perlin-noise.js';

/** Rows of the field, far enough apart to know nothing of each other. */
const streams = [
  'contour', 'arch', 'answer', 'articulation', 'melodyRhythm', 'motifRhythm', 'accent',
  'progression', 'chord', 'colour', 'comping', 'bassPattern', 'bassNote', 'kick', 'hat', 'ghost', 'fill',
] as const;
export type Stream = (typeof streams)[number];

const rowOf = new Map(streams.map((stream, index) => [stream, index * 11.3 + 0.37]));
/** Keeps samples off the whole coordinates, where the noise is always 0. */
const offLattice = 0.4142;
/** Two octaves of noise seldom pass 0.6: this makes them fill -1..1. */
const gain = 1.5;
/** Makes {@link NoiseField.choose} as even-handed at a daring of 1 as drawing by weight would be. */
const choiceGain = 2.2;

/**
 * The landscape a take walks through: one smooth random value per stream and position. Nothing is remembered, so that
 * any place can be visited again. Positions are in bars. Thread: any.
 */
export class NoiseField {
  private readonly noise: PerlinNoise;

  constructor(readonly seed: number) {
    this.noise = new PerlinNoise(seed);
  }

  /** -1..1, two octaves. */
  value(stream: Stream, position: number, lane = 0): number {
    const row = (rowOf.get(stream) ?? 0) + lane * 1.77;
    const x = position + offLattice;
    const sum = this.noise.at2(x, row) + 0.5 * this.noise.at2(2 * x + 5.3, row + 0.61);
    return Math.max(-1, Math.min(1, sum * gain));
  }

  /** -1..1, one slow voice: how the whole take rises and falls. */
  swell(position: number): number {
    return this.noise.at(position / 5 + offLattice);
  }

  /**
   * The index of one of the options by their weights (> 0): the heaviest where `daring` is 0, any of them in turn as it
   * grows. Near positions choose alike.
   */
  choose(weights: readonly number[], stream: Stream, position: number, daring: number): number {
    let best = 0;
    let bestScore = -Infinity;
    weights.forEach((weight, index) => {
      const score = Math.log(weight) + choiceGain * daring * this.value(stream, position, index + 1);
      if (score <= bestScore) return;
      best = index;
      bestScore = score;
    });
    return best;
  }

  /** 0..1, not smooth, from the seed alone: for what a take has from first to last. */
  trait(index: number): number {
    let bits = Math.imul(this.seed ^ Math.imul(index + 1, 0x9e3779b1), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
  }
}
