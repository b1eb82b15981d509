import { z } from 'zod';

export const optionsSchema = z.strictObject({
  /** Path of the tokenizer.json, unless a pack brings it as its file `tokenizer`. */
  file: z.string().optional(),
});

/** All options, completed. */
export type MiditokOptions = z.output<typeof optionsSchema>;
