import { z } from 'zod';

const program = z.int().min(0).max(127).optional();

/** What a pack, or a default, may say of the composer. */
export const optionsSchema = z.strictObject({
  /** `auto` follows what was played before, else the seed. */
  mode: z.enum(['auto', 'major', 'minor']).default('auto'),
  /** General MIDI programs 0..127; those left out are chosen by the seed. */
  programs: z.strictObject({ melody: program, chords: program, bass: program }).prefault({}),
});

export type PerlinOptions = z.infer<typeof optionsSchema>;
