import type { Beats } from './units.js';

export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * What a performer allows the music to be: one vocabulary for every tokenizer. Absent fields do not constrain.
 * A tokenizer whose format cannot express a field leaves it out of its `constraints` capability.
 */
export interface MusicConstraint {
  /** MIDI pitches, inclusive; drums excepted. */
  readonly pitchRange?: Range;
  /** MIDI channels 0..15 that may sound. */
  readonly channels?: readonly number[];
  /** 1..127, inclusive. */
  readonly velocityRange?: Range;
  /** Note length in beats, inclusive. */
  readonly durationRange?: Range;
  /** Longest silence between two onsets. */
  readonly maximumRestBeats?: Beats;
  /** Pitch classes 0..11 of the scale; `strict` forbids the others, else they are `bias` (natural log) less likely. */
  readonly scale?: { readonly pitchClasses: readonly number[]; readonly strict: boolean; readonly bias: number };
  /** Kinds of event the format may use besides notes. Default: what the pack says. */
  readonly eventKinds?: readonly string[];
}

export type ConstraintField = keyof MusicConstraint;

export const unconstrained: MusicConstraint = {};
