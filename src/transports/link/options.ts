import { z } from 'zod';

/** The wire's part of the configuration. */
export const linkOptionsSchema = z.strictObject({
  enabled: z.boolean().default(false).describe('Whether Continuo takes part. Off by default, because Link speaks to everybody on the network.'),
  role: z
    .enum(['follow', 'lead'])
    .default('follow')
    .describe('follow: the session can lead Continuo, and a tempo set here is set for everybody; lead: whatever leads Continuo leads the session, tempo and beat.'),
  startStop: z.boolean().default(true).describe('Whether start and stop are shared with those in the session who share theirs.'),
  quantum: z.number().min(0.25).max(64).optional().describe('Beats that all keep in phase; without it a bar, as beats-per-bar says.'),
  helper: z
    .union([z.string().min(1).transform((path) => [path]), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe('The helper program, if it is not where npm run build-link puts it; a list is a command with its arguments.'),
});

export type LinkOptions = z.output<typeof linkOptionsSchema>;
