import { z } from 'zod';

/** Shape of a decoder, as its graph has it. */
export const optionsSchema = z.strictObject({
  /** Ids it knows; the tokenizer must have as many. */
  vocabularySize: z.int().min(2),
  layers: z.int().min(1),
  /** Heads of keys and values, which may be fewer than those of queries. */
  keyValueHeads: z.int().min(1),
  headDimension: z.int().min(1),
  /** Ids it was trained to look back on. */
  contextTokens: z.int().min(16),
});

export type DecoderOptions = z.output<typeof optionsSchema>;
