import type { PerlinOptions } from './options.js';

type Pitched = 'melody' | 'chords' | 'bass';

/** Instruments that sit well together, as General MIDI programs. */
const bands: readonly Readonly<Record<Pitched, number>>[] = [
  { melody: 11, chords: 4, bass: 33 },
  { melody: 0, chords: 0, bass: 32 },
  { melody: 73, chords: 24, bass: 32 },
  { melody: 80, chords: 89, bass: 38 },
  { melody: 4, chords: 48, bass: 33 },
  { melody: 65, chords: 0, bass: 32 },
];

/** The program of each pitched part: as the options say, else of a band that `trait` (0..1) picks. */
export function chooseBand(trait: number, { programs }: PerlinOptions): Readonly<Record<Pitched, number>> {
  const band = bands[Math.min(bands.length - 1, Math.floor(trait * bands.length))];
  return { melody: programs.melody ?? band.melody, chords: programs.chords ?? band.chords, bass: programs.bass ?? band.bass };
}
