import { z } from 'zod';

export const optionsSchema = z.strictObject({
  /** `bpe`: the 8192 learned ids. `base`: the 382 symbols they spell. */
  encoding: z.enum(['bpe', 'base']).default('bpe'),
});

/** All options, completed. */
export type RemiOptions = z.output<typeof optionsSchema>;
