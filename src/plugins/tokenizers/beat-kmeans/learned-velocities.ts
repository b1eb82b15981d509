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
/** 2 kB and more each. */
const cellsKept = 4096;

/** What the learned codes say of the onsets of a cell. */
interface Courses {
  /** Code by code. */
  readonly velocities: Uint8Array;
  /** The codes in order of the sum of what they say, and the sums in that order. */
  readonly bySum: Uint16Array;
  readonly sums: Uint16Array;
}

const noCourses: Courses = { velocities: new Uint8Array(), bySum: new Uint16Array(), sums: new Uint16Array() };

/**
 * Velocities by a small decoder that was trained on real music. A code is a mean velocity and a direction; where the key
 * is struck, one hidden layer makes a vector of each onset, and the onset is louder than the mean by as much as its vector,
 * less the mean of the vectors, points in the code's direction. So a key struck once has the mean velocity.
 *
 * A code is found by looking at those that are about as loud: the squared distance of two courses is never less than the
 * square of the difference of their sums over the number of onsets. What they say is kept for some thousand ways to
 * strike a key.
 */
export class LearnedVelocities implements VelocityCodec {
  private readonly courses = new Map<number, Courses>();
  private lastKey = -1;
  private last = noCourses;

  constructor(private readonly network: VelocityNetwork) {}

  velocity(code: number, index: number, onsets: Onsets): number {
    if (code < constantCodes) return code + 1;
    const { velocities } = this.coursesOf(onsets);
    return velocities[(code - constantCodes) * (velocities.length / learnedCodes) + index];
  }

  nearest(velocities: ArrayLike<number>, onsets: Onsets): number {
    const courses = this.coursesOf(onsets);
    const { bySum, sums } = courses;
    const count = courses.velocities.length / learnedCodes;
    const sum = sumOf(velocities, 0, count);
    // The whole velocity with the least squared distance to all of them; of two the lower.
    const constant = clampVelocity(Math.ceil(sum / count - 0.5));
    let best = constantCode(constant);
    let lowest = 0;
    for (let index = 0; index < count; index += 1) lowest += (constant - velocities[index]) ** 2;
    if (lowest === 0) return best;
    let above = firstAtLeast(sums, sum);
    let below = above - 1;
    for (let tried = 0; tried < learnedCodes; tried += 1) {
      const up = above < learnedCodes ? sums[above] - sum : Infinity;
      const down = below >= 0 ? sum - sums[below] : Infinity;
      const gap = Math.min(up, down);
      if (gap * gap > lowest * count) return best;
      const code = bySum[up <= down ? above++ : below--];
      const error = distance(courses.velocities, code * count, velocities, count, lowest);
      if (error < lowest || (error === lowest && constantCodes + code < best)) {
        lowest = error;
        best = constantCodes + code;
      }
    }
    return best;
  }

  private coursesOf(onsets: Onsets): Courses {
    const key = onsets.onsetHigh * 2 ** 24 + onsets.onsetLow;
    if (key === this.lastKey) return this.last;
    this.last = this.courses.get(key) ?? this.remember(key, onsets);
    this.lastKey = key;
    return this.last;
  }

  private remember(key: number, onsets: Onsets): Courses {
    if (this.courses.size >= cellsKept) this.courses.clear();
    const velocities = this.decode(onsets);
    const count = velocities.length / learnedCodes;
    const sums = Uint16Array.from({ length: learnedCodes }, (_, code) => sumOf(velocities, code * count, count));
    const bySum = Uint16Array.from(sums.keys()).sort((a, b) => sums[a] - sums[b]);
    const courses = { velocities, bySum, sums: bySum.map((code) => sums[code]) };
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

function sumOf(velocities: ArrayLike<number>, from: number, count: number): number {
  let sum = 0;
  for (let index = from; index < from + count; index += 1) sum += velocities[index];
  return sum;
}

/** Squared; past `enough` it need not be told exactly. */
function distance(courses: Uint8Array, from: number, velocities: ArrayLike<number>, count: number, enough: number): number {
  let error = 0;
  for (let index = 0; index < count && error <= enough; index += 1) error += (courses[from + index] - velocities[index]) ** 2;
  return error;
}

function firstAtLeast(sums: Uint16Array, sum: number): number {
  let low = 0;
  let high = sums.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] < sum) low = middle + 1;
    else high = middle;
  }
  return low;
}
