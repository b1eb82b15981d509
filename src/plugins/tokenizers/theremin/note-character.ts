/**
 * A note is one character of four bytes in UTF-8, 11110vvv 10ssssss 10dddddp 10pppppp: its code point is
 * velocity · 2^18 + step · 2^12 + duration · 2^7 + pitch. With velocities 1..3 that is every code point from U+40000 to
 * U+FFFFF, each of them once.
 */
export interface NoteFields {
  /** 1..3 */
  readonly velocity: number;
  /** 0..63: time since the onset before. */
  readonly step: number;
  /** 0..31 */
  readonly duration: number;
  /** 0..127 */
  readonly pitch: number;
}

export const largestVelocity = 3;
export const largestStep = 63;
export const largestDuration = 31;
export const largestPitch = 127;

const firstNoteCharacter = 0x40000;
const lastNoteCharacter = 0xfffff;

export function isNoteCharacter(point: number): boolean {
  return point >= firstNoteCharacter && point <= lastNoteCharacter;
}

/** @example packNote({ velocity: 2, step: 15, duration: 5, pitch: 74 }) // → 0x8F2CA */
export function packNote({ velocity, step, duration, pitch }: NoteFields): number {
  return (velocity << 18) | (step << 12) | (duration << 7) | pitch;
}

export function unpackNote(point: number): NoteFields {
  return { velocity: velocityOf(point), step: stepOf(point), duration: durationOf(point), pitch: pitchOf(point) };
}

export function velocityOf(point: number): number {
  return point >> 18;
}

export function stepOf(point: number): number {
  return (point >> 12) & largestStep;
}

export function durationOf(point: number): number {
  return (point >> 7) & largestDuration;
}

export function pitchOf(point: number): number {
  return point & largestPitch;
}

/** Everything but the step: which note it is, wherever it stands. */
export function withoutStep(point: number): number {
  return point & ~(largestStep << 12);
}
