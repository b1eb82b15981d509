import { ContinuoError } from '../../../engine/errors.js';

/**
 * What one key does in up to 48 frames: a bit a frame, frames 0..23 in `Low`, 24..47 in `High`. An onset bit stands only
 * where the sustain bit does; sustain after silence needs an onset, but at frame 0, where a note may be held from before.
 */
export interface Pattern {
  readonly sustainLow: number;
  readonly sustainHigh: number;
  readonly onsetLow: number;
  readonly onsetHigh: number;
}

export const halfFrames = 24;

/** One unbroken sound: from `start` until `end`, exclusive; `held` where it began before the pattern. */
export interface Run {
  readonly start: number;
  readonly end: number;
  readonly held: boolean;
}

export function patternOf(runs: readonly Run[]): Pattern {
  let sustainLow = 0;
  let sustainHigh = 0;
  let onsetLow = 0;
  let onsetHigh = 0;
  for (const { start, end, held } of runs) {
    sustainLow |= lowBits(start, end);
    sustainHigh |= highBits(start, end);
    if (held) continue;
    if (start < halfFrames) onsetLow |= 1 << start;
    else onsetHigh |= 1 << (start - halfFrames);
  }
  return { sustainLow, sustainHigh, onsetLow, onsetHigh };
}

/** The runs of a pattern of so many frames, in order. Sustain without an onset counts as held only at frame 0. */
export function runsOf(pattern: Pattern, frames: number): Run[] {
  const runs: Run[] = [];
  let start = -1;
  let held = false;
  const close = (end: number): void => {
    if (start >= 0) runs.push({ start, end, held });
    start = -1;
  };
  for (let frame = 0; frame < frames; frame += 1) {
    if (hasOnset(pattern, frame)) {
      close(frame);
      start = frame;
      held = false;
    } else if (!hasSustain(pattern, frame)) {
      close(frame);
    } else if (frame === 0) {
      start = 0;
      held = true;
    }
  }
  close(frames);
  return runs;
}

export function hasOnset({ onsetLow, onsetHigh }: Pick<Pattern, 'onsetLow' | 'onsetHigh'>, frame: number): boolean {
  return ((frame < halfFrames ? onsetLow >> frame : onsetHigh >> (frame - halfFrames)) & 1) === 1;
}

export function hasSustain({ sustainLow, sustainHigh }: Pattern, frame: number): boolean {
  return ((frame < halfFrames ? sustainLow >> frame : sustainHigh >> (frame - halfFrames)) & 1) === 1;
}

/** Bits of frames start .. end-1 that fall into the lower half. */
export function lowBits(start: number, end: number): number {
  return bits(Math.min(start, halfFrames), Math.min(end, halfFrames));
}

/** Bits of frames start .. end-1 that fall into the upper half. */
export function highBits(start: number, end: number): number {
  return bits(Math.max(0, start - halfFrames), Math.max(0, end - halfFrames));
}

function bits(start: number, end: number): number {
  return ((1 << end) - 1) & ~((1 << start) - 1);
}

/** Number of bits set. */
export function countBits(value: number): number {
  const pairs = value - ((value >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Place of the lowest bit set; the value is not 0. */
export function lowestBit(value: number): number {
  return 31 - Math.clz32(value & -value);
}

/** A character a frame: `x` onset, `-` sustain, `.` silence. */
export function patternText(pattern: Pattern, frames: number): string {
  return Array.from({ length: frames }, (_, frame) => {
    if (hasOnset(pattern, frame)) return 'x';
    return hasSustain(pattern, frame) ? '-' : '.';
  }).join('');
}

/**
 * @throws ContinuoError badPack when the text is no pattern of so many frames.
 * @example patternOfText('x--.', 4) // → { sustainLow: 7, sustainHigh: 0, onsetLow: 1, onsetHigh: 0 }
 */
export function patternOfText(text: string, frames: number): Pattern {
  if (text.length !== frames || !/^[x.-]*$/.test(text) || text.includes('.-')) {
    throw new ContinuoError('badPack', `The codebook holds "${text}", which is no pattern of ${frames} frames; make it anew with the training script.`);
  }
  const runs = [...text.matchAll(/(x-*)|(^-+)/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    held: match[0][0] === '-',
  }));
  return patternOf(runs);
}
