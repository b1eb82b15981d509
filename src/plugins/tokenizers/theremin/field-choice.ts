import type { MusicConstraint, PitchClassWish, Range } from '../../../engine/music/constraint.js';
import { drumChannel } from '../../../engine/music/note.js';
import { largestDuration, largestPitch, largestStep, largestVelocity } from './note-character.js';
import type { NoteScale } from './note-scale.js';

/** Bias of what is forbidden. */
export const forbidden = -Infinity;

const sameBeat = 1e-9;
const referenceDurationBit = 4;

/** What a constraint leaves of each field of a note, wherever the note stands. */
export interface FieldChoice {
  /** By number 0..3: 1 where allowed. */
  readonly velocities: Uint8Array;
  /** By number 0..31: 1 where allowed. */
  readonly durations: Uint8Array;
  /** By pitch: its log-bias, {@link forbidden} where not allowed. */
  readonly pitches: Float32Array;
  /** The longest step, 1..63. */
  readonly longestStep: number;
}

/** A field that a constraint would leave nothing keeps the value nearest to it; wishes for pitches give way one by one. */
export function chooseFields(constraint: MusicConstraint, scale: NoteScale): FieldChoice {
  const durations = Array.from({ length: largestDuration + 1 }, (_, number) =>
    scale.isReference && (number & referenceDurationBit) === 0 ? Number.NaN : scale.durationBeats(number),
  );
  const velocities = Array.from({ length: largestVelocity + 1 }, (_, number) => (number === 0 ? Number.NaN : scale.velocity(number)));
  return {
    velocities: within(velocities, constraint.velocityRange),
    durations: within(durations, constraint.durationRange),
    pitches: scale.options.channel === drumChannel ? new Float32Array(largestPitch + 1) : choosePitches(constraint),
    longestStep: longestStep(constraint.maximumRestBeats, scale),
  };
}

/** A rest shorter than a step would stop time. */
export function longestStep(maximumRestBeats: number | undefined, scale: NoteScale): number {
  if (maximumRestBeats === undefined) return largestStep;
  return Math.max(1, Math.min(largestStep, Math.floor(maximumRestBeats / scale.stepBeats + sameBeat)));
}

/** The nearest value where the range has none; all where it is none. NaN is never chosen. */
function within(values: readonly number[], range: Range | undefined): Uint8Array {
  const result = Uint8Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1));
  if (range === undefined || !(range.low <= range.high)) return result;
  const distances = values.map((value) => Math.max(0, range.low - sameBeat - value, value - range.high - sameBeat));
  const nearest = distances.reduce((least, distance) => (distance < least ? distance : least), Infinity);
  return result.map((allowed, index) => (allowed === 1 && distances[index] === nearest ? 1 : 0));
}

function choosePitches({ pitchRange, scale, chord }: MusicConstraint): Float32Array {
  const inRange = within(Array.from({ length: largestPitch + 1 }, (_, pitch) => pitch), pitchRange);
  const wishes = [chord, scale].filter((wish): wish is PitchClassWish => wish !== undefined && wish.pitchClasses.length > 0);
  const attempts = [wishes, ...wishes.map((wish) => [wish])];
  for (const attempt of attempts) {
    const biases = Float32Array.from(inRange, (allowed, pitch) => (allowed === 1 ? wishedBias(attempt, wishes, pitch) : forbidden));
    if (biases.some((bias) => bias !== forbidden)) return biases;
  }
  return Float32Array.from(inRange, (allowed) => (allowed === 1 ? 0 : forbidden));
}

/** @param held wishes that are kept; of the others what is not strict speaks still */
function wishedBias(held: readonly PitchClassWish[], wishes: readonly PitchClassWish[], pitch: number): number {
  let bias = 0;
  for (const wish of wishes) {
    if (wish.pitchClasses.includes(pitch % 12)) continue;
    if (!wish.strict) bias -= wish.bias;
    else if (held.includes(wish)) return forbidden;
  }
  return bias;
}
