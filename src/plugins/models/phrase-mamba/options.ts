import { z } from 'zod';

/** How a phrase model decides. What its nets are like is in the pack's own tables. */
export const optionsSchema = z.strictObject({
  /** Ids it knows; the tokenizer must have as many. */
  vocabularySize: z.int().min(2).default(8192),
  /** Of the likeliest next bars, those that together have this much of the chance may be chosen. */
  topP: z.number().gt(0).max(1).default(0.9),
  /** How far a bar may be from the middle of what was chosen, in standard deviations of what was learned there. */
  spread: z.number().min(0).max(2).default(0.6),
  /** A code that a bar of the last so many was near brings that very bar back; 0: never. */
  recallBars: z.int().min(0).max(1024).default(64),
  /** How far a bar that comes back may be from what it was, in the same measure as `spread`. */
  recallSpread: z.number().min(0).max(2).default(0),
  /** Metre in force until the music says one: its place in the tokenizer's order. The default is 4/4 of remi-bpe. */
  meterAtStart: z.int().min(0).default(2),
});

export type PhraseOptions = z.output<typeof optionsSchema>;
