import type { PhrasePlace } from './form.js';
import type { Chord } from './harmony.js';
import type { NoiseField } from './noise-field.js';

/** Everything the parts of one phrase need to know. A value: the same scene gives the same notes. */
export interface Scene {
  readonly place: PhrasePlace;
  readonly chords: readonly Chord[];
  /** The first chord of the phrase that follows, for lines that lead into it. */
  readonly nextChord: Chord;
  readonly field: NoiseField;
  /** Amplitude of the noise, by what it moves: 0 takes the plainest choice everywhere. */
  readonly daring: Daring;
  /** 0..1, 0.5 is the composer's own idea. */
  readonly density: number;
  /** MIDI pitch the tune circles around. */
  readonly melodyCentre: number;
  /** Added to every velocity of the phrase. */
  readonly swell: number;
}

export interface Daring {
  readonly harmony: number;
  readonly pitch: number;
  readonly time: number;
  readonly velocity: number;
}
