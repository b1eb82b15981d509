import { z } from 'zod';

/** Keys and values of one of the two nets. */
const net = z.strictObject({
  layers: z.int().min(1),
  /** Heads of keys and values, which may be fewer than those of queries. */
  keyValueHeads: z.int().min(1),
  headDimension: z.int().min(1),
});

/** Shape of a two-level model, as its graphs have it. */
export const optionsSchema = z.strictObject({
  /** How its graphs take the past: `delta`, Continuo's own; `skytnt`, as the midi-model project publishes them. */
  interface: z.enum(['delta', 'skytnt']).default('delta'),
  /** Ids it knows; the tokenizer must have as many, in rows of eight. */
  vocabularySize: z.int().min(2),
  /** Numbers that the base net hands to the token net for each event. */
  hiddenSize: z.int().min(1),
  base: net,
  token: net,
  /** Of `delta`: layers of the token net that look back on earlier events; all of them or none. */
  memoryLayers: z.int().min(0).default(0),
  /** Ids it was trained to look back on, eight for each event. */
  contextTokens: z.int().min(16),
});

export type EventOptions = z.output<typeof optionsSchema>;
