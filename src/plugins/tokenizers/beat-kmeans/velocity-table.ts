import { countBits } from './pattern.js';
import { clampVelocity, constantCode, constantCodes, loudestVelocity, type Onsets, type VelocityCodec } from './velocity-codec.js';

/**
 * 512 ways in which the velocities of one key can go inside one beat, made by rule. Codes 0..126 are one velocity, 1..127,
 * for every onset of the cell. The rest are a first velocity (35 levels) and a step to the last (11 deltas), with the
 * onsets between on a straight line.
 */
const levels = 35;
const deltas = [-40, -24, -15, -9, -4, 0, 4, 9, 15, 24, 40];

export const tableVelocities: VelocityCodec = {
  velocity: (code, index, onsets) => velocityOf(code, index, countOnsets(onsets)),
  nearest: (velocities, onsets) => nearestVelocityCode(velocities, countOnsets(onsets)),
};

/** The velocity of onset `index` of the `count` onsets in a cell, 1..127. */
export function velocityOf(code: number, index: number, count: number): number {
  if (code < constantCodes) return code + 1;
  const level = Math.floor((code - constantCodes) / deltas.length);
  const first = 1 + round((level * (loudestVelocity - 1)) / (levels - 1));
  if (count < 2) return first;
  const last = clampVelocity(first + deltas[(code - constantCodes) % deltas.length]);
  return clampVelocity(first + round(((last - first) * index) / (count - 1)));
}

const pairCodes = new Int16Array((loudestVelocity + 1) ** 2).fill(-1);

/** The code nearest to the first `count` velocities (least squares, ties to the lowest code); exact where they are equal. */
export function nearestVelocityCode(velocities: ArrayLike<number>, count: number): number {
  if (count === 1) return constantCode(velocities[0]);
  if (count !== 2) return search(velocities, count);
  const pair = velocities[0] * (loudestVelocity + 1) + velocities[1];
  if (pairCodes[pair] < 0) pairCodes[pair] = search(velocities, 2);
  return pairCodes[pair];
}

function search(velocities: ArrayLike<number>, count: number): number {
  let best = 0;
  let lowest = Infinity;
  for (let code = 0; code < constantCodes + levels * deltas.length && lowest > 0; code += 1) {
    let error = 0;
    for (let index = 0; index < count && error < lowest; index += 1) {
      error += (velocityOf(code, index, count) - velocities[index]) ** 2;
    }
    if (error < lowest) {
      lowest = error;
      best = code;
    }
  }
  return best;
}

function countOnsets({ onsetLow, onsetHigh }: Onsets): number {
  return countBits(onsetLow) + countBits(onsetHigh);
}

function round(value: number): number {
  return Math.floor(value + 0.5);
}
