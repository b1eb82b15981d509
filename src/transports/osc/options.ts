import { z } from 'zod';

/** UDP port the surface listens on; the WebSocket has the TCP port of the same number. Clear of 57110..57129, where scsynth and any number of sclangs live. */
export const defaultOscPort = 57190;
export const superColliderPort = 57120;
export const pureDataPort = 57191;
export const maxPort = 57192;

const port = z.int().min(1).max(65535);
const loopback = '127.0.0.1';

/** One program that is sent notes. */
export const destinationSchema = z
  .strictObject({
    /** What a performer calls it; the output is named `osc:<name>`. Default: `host:port`. */
    name: z.string().regex(/^[\w.-]+$/).optional(),
    host: z.string().min(1).default(loopback),
    port,
    /** `continuo`: our own messages; `superdirt`: `/dirt/play`. */
    format: z.enum(['continuo', 'superdirt']).default('continuo'),
    /** `timetag`: early, in bundles stamped with the due time; `when-due`: plain messages at the due time. */
    delivery: z.enum(['timetag', 'when-due']).default('timetag'),
    /** How early a time-tagged bundle leaves; default 200, always 0 for `when-due`. */
    leadMilliseconds: z.number().min(0).max(5000).optional(),
    /** Signed; positive plays later. */
    offsetMilliseconds: z.number().min(-1000).max(1000).default(0),
    /** Whether beats, tempo and transport are sent too. */
    clock: z.boolean().default(true),
    /** SuperDirt sound for everything that is no drum. */
    sound: z.string().min(1).default('superpiano'),
    /** Beats in one SuperDirt cycle. */
    beatsPerCycle: z.number().positive().default(4),
  })
  .transform((destination) => ({
    ...destination,
    name: destination.name ?? `${destination.host}:${destination.port}`,
    leadMilliseconds: destination.delivery === 'when-due' ? 0 : (destination.leadMilliseconds ?? 200),
  }));

export type OscDestination = z.output<typeof destinationSchema>;

/** The wire's part of the configuration. Everything has a default: `{}` works with the shipped patches. */
export const oscOptionsSchema = z.strictObject({
  listen: z
    .strictObject({ host: z.string().min(1).default(loopback), port: port.or(z.literal(0)).default(defaultOscPort) })
    .prefault({}),
  /** How long a note takes from the finger to the socket: it is taken to be so much earlier. */
  inputLatencyMilliseconds: z.number().min(0).max(500).default(0),
  /** Beats in one of Tidal's cycles, where it leads. */
  beatsPerCycle: z.number().positive().max(64).default(4),
  destinations: z
    .array(destinationSchema)
    .max(16)
    .refine((list) => new Set(list.map((destination) => destination.name)).size === list.length, 'Two destinations have the same name.')
    .prefault([
      { name: 'supercollider', port: superColliderPort, delivery: 'timetag' },
      { name: 'puredata', port: pureDataPort, delivery: 'when-due' },
      { name: 'max', port: maxPort, delivery: 'when-due' },
    ]),
});

export type OscOptions = z.output<typeof oscOptionsSchema>;
