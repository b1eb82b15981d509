import { z } from 'zod';

/** TCP port of the WebSocket; control over OSC has the UDP port of the same number. */
export const defaultWebSocketPort = 57190;

/** The wire's part of the configuration; `{}` works. */
export const websocketOptionsSchema = z.strictObject({
  listen: z
    .strictObject({ host: z.string().min(1).default('127.0.0.1'), port: z.int().min(0).max(65535).default(defaultWebSocketPort) })
    .prefault({}),
  /** Origins that browsers may connect from, besides pages of this machine, e.g. `https://stage.example`; `null` lets files in. */
  origins: z.array(z.string().min(1)).max(64).default([]),
  maximumClients: z.int().min(1).max(256).default(16),
  /** A longer message ends the connection. */
  maximumMessageBytes: z.int().min(1024).max(1 << 20).default(65536),
  /** What may wait for a slow client before messages to it are dropped and counted. */
  maximumWaitingBytes: z.int().min(65536).default(1 << 20),
  /** How long a note takes from the finger to the socket: it is taken to be so much earlier. */
  inputLatencyMilliseconds: z.number().min(0).max(500).default(0),
  /** How early a note is told, so that a browser can schedule it. */
  leadMilliseconds: z.number().min(0).max(5000).default(100),
  /** Signed; positive plays later. */
  offsetMilliseconds: z.number().min(-1000).max(1000).default(0),
});

export type WebSocketOptions = z.output<typeof websocketOptionsSchema>;
