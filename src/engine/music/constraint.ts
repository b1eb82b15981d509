import type { Meter } from '../time/meter.js';
import type { Note } from './note.js';
import type { Beats, Bpm } from './units.js';

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Pitch classes 0..11 that are wanted: `strict` forbids the others, else they are `bias` (natural log) less likely. */
export interface PitchClassWish {
  readonly pitchClasses: readonly number[];
  readonly strict: boolean;
  readonly bias: number;
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
  readonly scale?: PitchClassWish;
  /** The chord of the moment; it speaks with the scale, and goes before it where the two leave nothing. */
  readonly chord?: PitchClassWish;
  /** General MIDI programs 0..127 that may be chosen; drums excepted. */
  readonly programs?: readonly number[];
  /** Most notes that may sound at once, drums excepted. */
  readonly maximumPolyphony?: number;
  /** Onsets in each beat, inclusive: the fewest before the next beat may come, the most before it must. */
  readonly onsetsPerBeat?: Range;
  /**
   * Notes the music must contain as they stand and is written around, e.g. a melody to harmonise: sorted, in beats of the
   * stream (0 is the decoder's origin). Those before the present place are past and ask for nothing.
   */
  readonly forcedNotes?: readonly Note[];
  /** No note but forced ones begins before this, in beats of the stream: it goes on there, and a rest that would be too long ends there. */
  readonly earliestBeat?: Beats;
  /** Tempo the music should be written for, where the format speaks of tempo. */
  readonly tempo?: Bpm;
  /**
   * Meter the music should be written in, where the format has bars that say theirs: said at the next bar line. What a
   * format lacks it makes up of meters it has, counted from the decoder's origin, where it can (5/4: 3/4 and 2/4).
   */
  readonly meter?: Meter;
  /** Kinds of event the format may use besides notes. Default: what the pack says. */
  readonly eventKinds?: readonly string[];
}

export type ConstraintField = keyof MusicConstraint;

export const unconstrained: MusicConstraint = {};
