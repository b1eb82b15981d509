import { z } from 'zod';

/** What the reference counts in a second: 63 steps, and durations in units of 0.31 s written, 10/31 s read. */
export const referenceStepsPerSecond = 63;

export const optionsSchema = z
  .strictObject({
    /** `reference`: bit for bit as theremin-midi writes; `clean`: without its losses. */
    compat: z.enum(['clean', 'reference']).default('clean'),
    /** What steps and durations count. Default: beats; seconds for `reference`. */
    time: z.enum(['beats', 'seconds']).optional(),
    /** Steps in a beat, where time is beats. */
    steps_per_beat: z.number().positive().max(1000).default(24),
    /** Units of duration in a beat, where time is beats. */
    durations_per_beat: z.number().positive().max(1000).default(8),
    /** Where time is seconds: the tempo that decoded music is written in. */
    bpm: z.number().min(20).max(999).default(120),
    /** Decode as the published program does: each note moves time on by 0.651 s (at 120 bpm) whatever its step. */
    constant_advance: z.boolean().default(false),
    /** Notes that are encoded: all but drums, drums alone, or all. The format does not tell parts apart. */
    parts: z.enum(['pitched', 'drums', 'all']).default('pitched'),
    /** Channel 0..15 of decoded notes. Default: 0; 9 where `parts` is `drums`. */
    channel: z.int().min(0).max(15).optional(),
    /** Path of a SentencePiece `.model`; `bytes`: no pieces, four ids a note. Default: the pack's, else the one that comes along. */
    model: z.string().min(1).optional(),
    /** Begin with the model's start id and end with its end id. Default: not for `reference`. */
    add_bos_eos: z.boolean().optional(),
  })
  .transform(({ time, channel, add_bos_eos, ...rest }) => ({
    ...rest,
    time: time ?? (rest.compat === 'reference' ? ('seconds' as const) : ('beats' as const)),
    channel: channel ?? (rest.parts === 'drums' ? 9 : 0),
    add_bos_eos: add_bos_eos ?? rest.compat === 'clean',
  }))
  .refine(({ constant_advance, time }) => !constant_advance || time === 'seconds', {
    message: 'constant_advance counts seconds: it needs time=seconds',
  });

/** All options, completed. */
export type ThereminOptions = z.output<typeof optionsSchema>;
