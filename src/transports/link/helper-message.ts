import { z } from 'zod';
import { maximumBpm, minimumBpm } from '../../engine/music/units.js';

/** The version of the line protocol, see link-helper/README.md. */
export const protocolVersion = 1;

const stateSchema = z.object({
  type: z.literal('state'),
  /** When this was so, on the engine's clock. */
  micros: z.number(),
  bpm: z.number().min(minimumBpm).max(maximumBpm),
  /** Beat at `micros`; modulo `quantum` it is the same for everybody in the session. */
  beat: z.number(),
  quantum: z.number().positive(),
  /** Others in the session. */
  peers: z.int().min(0),
  enabled: z.boolean(),
  /** Whether the session's transport runs, and since when or until when. */
  playing: z.boolean(),
  changedMicros: z.number(),
});

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), protocol: z.number() }),
  stateSchema,
  z.object({ type: z.literal('refused'), sentence: z.string() }),
]);

/** What the helper says in one line. */
export type HelperMessage = z.infer<typeof messageSchema>;

/** The session at one moment. */
export type LinkState = z.infer<typeof stateSchema>;

/** Reads one line; undefined where it is none of the protocol's. */
export function readMessage(line: string): HelperMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Not a line of the protocol, which the caller is told.
    return undefined;
  }
  return messageSchema.safeParse(value).data;
}

/**
 * The tempo somebody set: Link carries whole microseconds a beat, so that 140 comes back as 140.00014. Where a tempo of two
 * decimals has the same microseconds, that is the one.
 * @example tidyTempo(97.499939) // → 97.5
 */
export function tidyTempo(bpm: number): number {
  const tidy = Math.min(maximumBpm, Math.max(minimumBpm, Math.round(bpm * 100) / 100));
  return Math.abs(60_000_000 / tidy - 60_000_000 / bpm) <= 0.5 ? tidy : bpm;
}
