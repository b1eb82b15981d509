import { z } from 'zod';

export const optionsSchema = z.strictObject({
  /** `bpe`: the 8192 learned ids. `base`: the 382 symbols they spell. */
  encoding: z.enum(['bpe', 'base']).default('bpe'),
  /**
   * The General MIDI program of the only part there is: everybody plays it, drums are left out. Notes are certain as they are written then,
   * and a bar can be gone on with in the middle. Default: as many parts as there are programs.
   */
  program: z.int().min(0).max(127).optional(),
});

/** All options, completed. */
export type RemiOptions = z.output<typeof optionsSchema>;
