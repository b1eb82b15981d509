import type { Vocabulary } from '../../../engine/contracts/tokenizer.js';
import { bpmOfBucket } from './beat-tempo.js';

/** Frames in a beat: the grid of the format, two to a MIDI clock. */
export const framesPerBeat = 48;

export const level1 = { first: 0, size: 2048, frames: 48 } as const;
export const level2 = { first: 2048, size: 1024, frames: 24 } as const;
export const level3 = { first: 3072, size: 512, frames: 12 } as const;
export const firstPitch = 3584;
export const firstVelocity = 3712;
export const velocityCodes = 512;
/** 512 ids that no stream holds. */
export const firstReserved = 4224;
export const firstTempo = 4736;
export const tempoBuckets = 50;
export const startId = 4786;
export const endId = 4787;
export const padId = 4788;
export const vocabularySize = 4789;

export function isCode(id: number): boolean {
  return id >= 0 && id < firstPitch;
}

export function isPitch(id: number): boolean {
  return id >= firstPitch && id < firstVelocity;
}

export function isVelocity(id: number): boolean {
  return id >= firstVelocity && id < firstReserved;
}

export function isTempo(id: number): boolean {
  return id >= firstTempo && id < startId;
}

/** Frames that a pattern code stands for; 0 for other ids. */
export function framesOfCode(id: number): number {
  if (!isCode(id)) return 0;
  if (id < level2.first) return level1.frames;
  return id < level3.first ? level2.frames : level3.frames;
}

/** `describePattern` words a pattern code, e.g. `x-----......`. */
export function beatVocabulary(describePattern: (id: number) => string): Vocabulary {
  return {
    size: vocabularySize,
    rowWidth: 1,
    pad: padId,
    start: [startId],
    end: endId,
    describe: (id) => describe(id, describePattern),
  };
}

function describe(id: number, describePattern: (id: number) => string): string {
  if (isCode(id)) return describePattern(id);
  if (isPitch(id)) return `pitch ${id - firstPitch}`;
  if (isVelocity(id)) return `velocity code ${id - firstVelocity}`;
  if (isTempo(id)) return `beat at ${bpmOfBucket(id - firstTempo)} bpm`;
  if (id === startId) return 'start';
  if (id === endId) return 'end';
  if (id === padId) return 'pad';
  return id >= firstReserved && id < firstTempo ? `reserved ${id - firstReserved}` : `unknown ${id}`;
}
