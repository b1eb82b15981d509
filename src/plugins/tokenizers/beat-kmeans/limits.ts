import type { MusicConstraint, PitchClassWish, Range } from '../../../engine/music/constraint.js';
import { bucketOfBpm } from './beat-tempo.js';
import type { BeatKmeansOptions } from './options.js';
import { framesPerBeat } from './vocabulary.js';

/** A constraint in the terms of the format; every number is usable, whatever the constraint said. */
export interface Limits {
  /** By key: whether it may be struck, and its log-bias. */
  readonly keyAllowed: Uint8Array;
  readonly keyBias: Float32Array;
  /** Length of a note in frames. */
  readonly shortest: number;
  readonly longest: number;
  /** Frame of the stream before which nothing begins. */
  readonly earliest: number;
  /** Most frames from one onset to the next; a beat or more. */
  readonly longestRest: number;
  readonly polyphony: number;
  readonly fewestOnsets: number;
  readonly mostOnsets: number;
  readonly softest: number;
  readonly loudest: number;
  /** The one bucket of tempo, or all of them where it is `undefined`. */
  readonly bucket: number | undefined;
  readonly mayEnd: boolean;
  /** Whether a code must be looked at one by one. */
  readonly isPlain: boolean;
}

export function limitsOf(constraint: MusicConstraint, options: BeatKmeansOptions): Limits {
  const keyBias = keyBiases(constraint);
  const length = usable(constraint.durationRange, 1, Infinity, framesPerBeat) ?? {
    low: 1,
    high: Math.floor(options.longestNoteBeats * framesPerBeat),
  };
  const velocity = usable(constraint.velocityRange, 1, 127, 1) ?? { low: 1, high: 127 };
  const onsets = usable(constraint.onsetsPerBeat, 0, Infinity, 1) ?? { low: 0, high: Infinity };
  const longestRest = Math.max(framesPerBeat, Math.floor(numberOr(Infinity, constraint.maximumRestBeats) * framesPerBeat + 1e-6));
  const polyphony = Math.max(1, Math.floor(numberOr(Infinity, constraint.maximumPolyphony)));
  return {
    keyAllowed: allowedKeys(constraint, options),
    keyBias,
    shortest: length.low,
    longest: length.high,
    earliest: earliestFrame(constraint.earliestBeat),
    longestRest,
    polyphony,
    fewestOnsets: onsets.low,
    mostOnsets: Math.max(1, onsets.high),
    softest: velocity.low,
    loudest: velocity.high,
    bucket: constraint.tempo === undefined || Number.isNaN(constraint.tempo) ? undefined : bucketOfBpm(constraint.tempo),
    mayEnd: constraint.eventKinds?.includes('end') ?? false,
    isPlain: longestRest === Infinity && polyphony === Infinity && onsets.high === Infinity,
  };
}

/**
 * Keys in range that scale and chord leave, where they are strict. Where that is nothing the scale gives way, then the
 * chord, then the range.
 */
function allowedKeys({ pitchRange, scale, chord }: MusicConstraint, options: BeatKmeansOptions): Uint8Array {
  const range = usable(pitchRange, 0, 127, 1) ?? { low: options.lowestPitch, high: options.highestPitch };
  const strict = (wish: PitchClassWish | undefined): PitchClassWish | undefined => (wish?.strict ? wish : undefined);
  const attempts = [[strict(scale), strict(chord)], [strict(chord)], [strict(scale)], []];
  for (const wishes of attempts) {
    const allowed = new Uint8Array(128);
    for (let pitch = range.low; pitch <= range.high; pitch += 1) {
      if (wishes.every((wish) => wish === undefined || wish.pitchClasses.includes(pitch % 12))) allowed[pitch] = 1;
    }
    if (allowed.includes(1)) return allowed;
  }
  return new Uint8Array(128).fill(1);
}

function keyBiases({ scale, chord }: MusicConstraint): Float32Array {
  return Float32Array.from({ length: 128 }, (_, pitch) => {
    const bias = (wish: PitchClassWish | undefined): number =>
      wish === undefined || wish.strict || wish.pitchClasses.includes(pitch % 12) ? 0 : -wish.bias;
    const sum = bias(scale) + bias(chord);
    return Number.isFinite(sum) ? sum : 0;
  });
}

function earliestFrame(beat: number | undefined): number {
  return Math.max(0, Math.ceil(numberOr(0, beat) * framesPerBeat - 1e-6));
}

function numberOr(absent: number, value: number | undefined): number {
  return value === undefined || Number.isNaN(value) ? absent : value;
}

/** Whole units inside a range; the nearest where it falls between two; nothing where it misses the values there are. */
function usable(range: Range | undefined, lowest: number, highest: number, unitsInOne: number): Range | undefined {
  if (range === undefined || !(range.low <= range.high)) return undefined;
  let low = Math.ceil(range.low * unitsInOne - 1e-6);
  let high = Math.floor(range.high * unitsInOne + 1e-6);
  if (low > high) low = high = Math.round(range.low * unitsInOne);
  low = Math.max(lowest, low);
  high = Math.min(highest, high);
  return low <= high ? { low, high } : undefined;
}
