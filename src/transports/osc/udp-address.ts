import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { ContinuoError } from '../../engine/errors.js';

export interface ResolvedHost {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The address of a host, IPv4 first. Errors: `deviceUnavailable`. */
export async function resolveHost(host: string): Promise<ResolvedHost> {
  try {
    // `verbatim: false` puts IPv4 first: sclang, Pd and Max listen on IPv4 only.
    const { address, family } = await lookup(host, { verbatim: false });
    return { address, family: family === 6 ? 6 : 4 };
  } catch (cause) {
    throw new ContinuoError('deviceUnavailable', `The OSC host "${host}" has no address: check its name in the configuration.`, { cause });
  }
}

/** An open, unreferenced socket bound to `address`. Errors: what the system says, as an `ErrnoException`. */
export async function bindSocket(host: ResolvedHost, port: number, address: string | undefined): Promise<Socket> {
  const socket = createSocket({
    type: host.family === 6 ? 'udp6' : 'udp4',
    // Hosts are looked up once; with this in place `send` reaches the kernel before it returns.
    lookup: (name, _options, done) => done(null, name, host.family),
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ port, address }, () => {
        socket.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    socket.close();
    throw error;
  }
  return socket.unref();
}

export function isLoopback(host: ResolvedHost): boolean {
  return host.family === 4 ? host.address.startsWith('127.') : host.address === '::1';
}
