/** What a base symbol of a REMI vocabulary says; its value is the number that goes with it. */
export const SymbolKind = {
  /** PAD, MASK and whatever a loaded vocabulary has that is no music: never sampled, skipped when read. */
  special: 0,
  /** Start of a stream. */
  start: 1,
  /** End of a stream. */
  end: 2,
  bar: 3,
  /** Value: grid positions from the bar line. */
  position: 4,
  /** Value: MIDI pitch. */
  pitch: 5,
  /** Value: MIDI pitch of a drum. */
  drumPitch: 6,
  /** Value: MIDI velocity it decodes to. */
  velocity: 7,
  /** Value: length in grid units of the vocabulary, or the index of a length in its table. */
  duration: 8,
  /** Value: index in the vocabulary's table of tempos. */
  tempo: 9,
  /** Value: index in the vocabulary's table of meters. */
  meter: 10,
  /** Value: General MIDI program 0..127; 128 for drums. */
  program: 11,
  trackStart: 12,
  trackEnd: 13,
  /** The end of a bar, where a vocabulary marks it. */
  barEnd: 14,
} as const;
export type SymbolKind = (typeof SymbolKind)[keyof typeof SymbolKind];

export const drumProgram = 128;

/** The base symbols of a vocabulary, by id. */
export interface SymbolTable {
  readonly size: number;
  /** {@link SymbolKind} of each id. */
  readonly kinds: Uint8Array;
  readonly values: Int16Array;
  /** A word for people. */
  name(id: number): string;
}
