import { patternOf, type Pattern, type Run } from './pattern.js';

/**
 * The codes that need no training, in the order of their indices; the learned ones follow. Level 1 says every cell of
 * one sound; levels 2 and 3 every part with one sound or none; level 3 also a held sound and a new one. Those are all
 * parts with at most one onset, so that a key struck at most once in a quarter of a beat is told exactly, whatever was
 * learned.
 */
export function anchorPatterns(frames: number): Pattern[] {
  const isWhole = frames === 48;
  const silence = isWhole ? [] : [patternOf([])];
  const heldAndNew = frames === 12 ? heldThenStruck(frames) : [];
  return [...silence, ...held(frames), ...struck(frames), ...heldAndNew];
}

/** Index of the code for a sound held until `end`. */
export function heldIndex(frames: number, end: number): number {
  return frames === 48 ? end - 1 : end;
}

/** Index of the code for a sound from `start` until `end`. */
export function struckIndex(frames: number, start: number, end: number): number {
  const first = frames === 48 ? frames : frames + 1;
  return first + frames * start - (start * (start - 1)) / 2 + (end - start - 1);
}

function held(frames: number): Pattern[] {
  return Array.from({ length: frames }, (_, index) => patternOf([heldRun(index + 1)]));
}

function struck(frames: number): Pattern[] {
  const patterns: Pattern[] = [];
  for (let start = 0; start < frames; start += 1) {
    for (let end = start + 1; end <= frames; end += 1) patterns.push(patternOf([{ start, end, held: false }]));
  }
  return patterns;
}

function heldThenStruck(frames: number): Pattern[] {
  const patterns: Pattern[] = [];
  for (let heldEnd = 1; heldEnd <= frames; heldEnd += 1) {
    for (let start = heldEnd; start < frames; start += 1) {
      for (let end = start + 1; end <= frames; end += 1) {
        patterns.push(patternOf([heldRun(heldEnd), { start, end, held: false }]));
      }
    }
  }
  return patterns;
}

function heldRun(end: number): Run {
  return { start: 0, end, held: true };
}
