import { createServer, STATUS_CODES, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { ContinuoError } from './errors.js';

/** A TCP address of this machine; port 0: any that is free. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** An HTTP server that listens, for a wire that says what for. Errors: `portUnavailable` with what to do. */
export async function listenForHttp({ host, port }: ListenAddress, what: string): Promise<Server> {
  const http = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen({ host, port, exclusive: true }, () => {
        http.off('error', reject);
        resolve();
      });
    });
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'another program has it' : String(cause);
    throw new ContinuoError('portUnavailable', `TCP port ${port} of ${host} cannot be had for ${what}: ${reason}. Close the other program or set another port.`, { cause });
  }
  return http;
}

/** Ends a connection that wanted another protocol and may not have it: an HTTP status, and why. */
export function refuseUpgrade(socket: Duplex, status: 403 | 503, sentence: string): void {
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(sentence)}\r\n\r\n${sentence}`,
  );
}
