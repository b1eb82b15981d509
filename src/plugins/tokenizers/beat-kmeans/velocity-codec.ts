import type { Pattern } from './pattern.js';

/** Where a key is struck in a beat: a bit a frame, as in {@link Pattern}. */
export type Onsets = Pick<Pattern, 'onsetLow' | 'onsetHigh'>;

/** Codes 0 .. 126 are one velocity, 1 .. 127, for every onset of a cell, in every codec. */
export const constantCodes = 127;
export const loudestVelocity = 127;

/**
 * What the 512 velocity codes say of the onsets of a cell. The code that is nearest to what a code says says the same.
 * Thread: any one. Blocks: no.
 */
export interface VelocityCodec {
  /** The velocity of onset `index` of a cell that is struck so, 1..127. */
  velocity(code: number, index: number, onsets: Onsets): number;
  /** The code nearest to the velocities of the onsets: least squares, ties to the lowest code. */
  nearest(velocities: ArrayLike<number>, onsets: Onsets): number;
}

export function constantCode(velocity: number): number {
  return clampVelocity(velocity) - 1;
}

export function clampVelocity(velocity: number): number {
  return Math.max(1, Math.min(loudestVelocity, velocity));
}
