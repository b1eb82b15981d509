import { z } from 'zod';

/** TCP port of the namespace; it has no number that the other wires take. */
export const defaultOscQueryPort = 57193;

/** The wire's part of the configuration; `{}` works. */
export const oscQueryOptionsSchema = z.strictObject({
  listen: z
    .strictObject({ host: z.string().min(1).default('127.0.0.1'), port: z.int().min(0).max(65535).default(defaultOscQueryPort) })
    .prefault({}),
  /** What programs on the network see. */
  name: z.string().trim().min(1).max(63).default('Continuo'),
  /** Whether it is announced on the network (mDNS); by default where it listens beyond this machine. */
  announce: z.boolean().optional(),
  /** Origins that browsers may connect from, besides pages of this machine; `null` lets files in. */
  origins: z.array(z.string().min(1)).max(64).default([]),
  maximumClients: z.int().min(1).max(256).default(16),
});

export type OscQueryOptions = z.output<typeof oscQueryOptionsSchema>;
