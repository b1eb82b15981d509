import { hasOnset } from './pattern.js';
import { clampVelocity, constantCodes, constantCode, type Onsets, type VelocityCodec } from './velocity-codec.js';
import { framesPerBeat, velocityCodes } from './vocabulary.js';

/** Codes that are learned: all but the constant ones. */
export const learnedCodes = velocityCodes - constantCodes;

/** The numbers of a learned codec: integers, so that every machine comes to the same velocities. */
export interface VelocityNetwork {
  /** By frame of an onset, what it adds to each hidden unit; 64 to the whole, as `hiddenBias`. */
  readonly onset: readonly (readonly number[])[];
  readonly hiddenBias: readonly number[];
  /** By frame, for each dimension in turn a weight for each hidden unit; 256 to the whole. */
  readonly basis: readonly (readonly number[])[];
  /** By frame, for each dimension; 16384 to the whole. */
  readonly basisBias: readonly (readonly number[])[];
  /** By learned code: the mean velocity of the cell in sixteenths, and the code's place in each dimension in sixteenths. */
  readonly levels: readonly number[];
  readonly directions: readonly (readonly number[])[];
}

const basisUnit = 64 * 256;
const valueUnit = 16 * basisUnit;
/** 512 bytes and more each. */
const cellsKept = 4096;

/**
 * Velocities by a small decoder that was trained on real music. A code is a mean velocity and a direction; where the key
 * is struck, one hidden layer makes a vector of each onset, and the onset is louder than the mean by as much as its vector,
 * less the mean of the vectors, points in the code's direction. So a key struck once has the mean velocity.
 *
 * A code is found by looking at what all of them say. What they say is kept for some thousand ways to strike a key.
 */
export class LearnedVelocities implements VelocityCodec {
  private readonly courses = new Map<number, Uint8Array>();
  private lastKey = -1;
  private last: Uint8Array = new Uint8Array();

  constructor(private readonly network: VelocityNetwork) {}

  velocity(code: number, index: number, onsets: Onsets): number {
    if (code < constantCodes) return code + 1;
    const courses = this.coursesOf(onsets);
    return courses[(code - constantCodes) * (courses.length / learnedCodes) + index];
  }

  nearest(velocities: ArrayLike<number>, onsets: Onsets): number {
    const courses = this.coursesOf(onsets);
    const count = courses.length / learnedCodes;
    const constant = nearestConstant(velocities, count);
    let best = constantCode(constant);
    let lowest = 0;
    for (let index = 0; index < count; index += 1) lowest += (constant - velocities[index]) ** 2;
    for (let code = 0, at = 0; code < learnedCodes && lowest > 0; code += 1, at += count) {
      let error = 0;
      for (let index = 0; index < count && error < lowest; index += 1) error += (courses[at + index] - velocities[index]) ** 2;
      if (error < lowest) {
        lowest = error;
        best = constantCodes + code;
      }
    }
    return best;
  }

  /** What each learned code says of each onset, code by code. */
  private coursesOf(onsets: Onsets): Uint8Array {
    const key = onsets.onsetHigh * 2 ** 24 + onsets.onsetLow;
    if (key === this.lastKey) return this.last;
    this.last = this.courses.get(key) ?? this.remember(key, onsets);
    this.lastKey = key;
    return this.last;
  }

  private remember(key: number, onsets: Onsets): Uint8Array {
    if (this.courses.size >= cellsKept) this.courses.clear();
    const courses = this.decode(onsets);
    this.courses.set(key, courses);
    return courses;
  }

  private decode(onsets: Onsets): Uint8Array {
    const { levels, directions } = this.network;
    const frames = Array.from({ length: framesPerBeat }, (_, frame) => frame).filter((frame) => hasOnset(onsets, frame));
    const count = frames.length;
    const vectors = this.vectorsOf(frames);
    const courses = new Uint8Array(learnedCodes * count);
    for (let code = 0; code < learnedCodes; code += 1) {
      const direction = directions[code];
      for (let index = 0; index < count; index += 1) {
        let sum = levels[code] * basisUnit * count;
        for (let dimension = 0; dimension < direction.length; dimension += 1) sum += direction[dimension] * vectors[index][dimension];
        courses[code * count + index] = clampVelocity(Math.floor(sum / (valueUnit * count) + 0.5));
      }
    }
    return courses;
  }

  /** The vector of each onset less their mean, times their number. */
  private vectorsOf(frames: readonly number[]): number[][] {
    const { onset, hiddenBias, basis, basisBias } = this.network;
    const hidden = hiddenBias.map((bias, unit) => Math.max(0, frames.reduce((sum, frame) => sum + onset[frame][unit], bias)));
    const vectors = frames.map((frame) =>
      basisBias[frame].map((bias, dimension) =>
        hidden.reduce((sum, value, unit) => sum + value * basis[frame][dimension * hidden.length + unit], bias),
      ),
    );
    const sums = basisBias[0].map((_, dimension) => vectors.reduce((sum, vector) => sum + vector[dimension], 0));
    return vectors.map((vector) => vector.map((value, dimension) => value * frames.length - sums[dimension]));
  }
}

/** The whole velocity with the least squared distance to all of them; of two the lower. */
function nearestConstant(velocities: ArrayLike<number>, count: number): number {
  let sum = 0;
  for (let index = 0; index < count; index += 1) sum += velocities[index];
  return clampVelocity(Math.ceil(sum / count - 0.5));
}
