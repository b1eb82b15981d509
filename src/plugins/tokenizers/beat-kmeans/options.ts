import { z } from 'zod';
import { maximumBpm, minimumBpm } from '../../../engine/music/units.js';

export const optionsSchema = z
  .strictObject({
    /** `velocity`: every cell ends with a velocity code; `base`: there are none. */
    mode: z.enum(['velocity', 'base']).default('velocity'),
    /** What velocity codes say: the codes learned from music, or those of the table made by rule. */
    velocities: z.enum(['learned', 'table']).default('learned'),
    /** Velocity of decoded notes where the stream says none. */
    defaultVelocity: z.int().min(1).max(127).default(64),
    /** Which notes of a score are written: all but drums, drums alone, or all together. */
    part: z.enum(['pitched', 'drums', 'all']).default('pitched'),
    /** Channel of decoded notes. */
    channel: z.int().min(0).max(15).default(0),
    /** Keys that a grammar offers where the performer sets no range. */
    lowestPitch: z.int().min(0).max(127).default(21),
    highestPitch: z.int().min(0).max(127).default(108),
    /** Beats after which a grammar lets a held key go where the performer sets no longest note. */
    longestNoteBeats: z.number().min(1).max(1024).default(8),
    /** Whose tempo the decoded music has: 1 the stream's, 0 `hostBpm`, between them a blend. */
    rubato: z.number().min(0).max(1).default(1),
    hostBpm: z.number().min(minimumBpm).max(maximumBpm).default(120),
  })
  .refine(({ lowestPitch, highestPitch }) => lowestPitch <= highestPitch, 'lowestPitch is above highestPitch');

/** All options, completed. */
export type BeatKmeansOptions = z.output<typeof optionsSchema>;
