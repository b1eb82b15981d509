import { z } from 'zod';

/** Options under the names the format's reference gives them. */
export const optionsSchema = z
  .strictObject({
    /** v2 has meters and keys and a bpm up to 383; v1 has neither and orders a note's fields differently. */
    version: z.enum(['v1', 'v2']).default('v2'),
    /** Ids are given to others in rows of eight, or as one stream, padding kept. The ids are the same. */
    form: z.enum(['rows', 'flat']).default('rows'),
    /** The default of the three flags below; changes nothing else. */
    optimise_midi: z.boolean().default(false),
    /** Renumber channels and give every instrument a track of its own. */
    remap_track_channel: z.boolean().optional(),
    /** Give program 0 to a channel that plays without ever choosing a program. */
    add_default_instr: z.boolean().optional(),
    /** Drop programs and controls of channels without notes. */
    remove_empty_channels: z.boolean().optional(),
    /** Control values closer to the last kept one than this are dropped. */
    cc_eps: z.number().min(0).default(4),
    /** Tempos closer to the last kept one than this many bpm are dropped. */
    tempo_eps: z.number().min(0).default(4),
    /** Begin with a BOS row and end with an EOS row. */
    add_bos_eos: z.boolean().default(true),
    /** Refuse pieces that the reference would not train on. */
    check_quality: z.boolean().default(false),
    /** Move key, velocities, tempo and channels by what this seed draws, as the reference varies its training data. */
    augment_seed: z.int().optional(),
  })
  .transform(({ remap_track_channel, add_default_instr, remove_empty_channels, ...rest }) => ({
    ...rest,
    remap_track_channel: remap_track_channel ?? rest.optimise_midi,
    add_default_instr: add_default_instr ?? rest.optimise_midi,
    remove_empty_channels: remove_empty_channels ?? rest.optimise_midi,
  }));

/** All options, completed. */
export type SkytntOptions = z.output<typeof optionsSchema>;
