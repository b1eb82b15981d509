import type { Socket } from 'node:dgram';
import { encode, Message } from 'node-osc';
import { ContinuoError } from '../../engine/errors.js';
import type { OscPeer } from './osc-listeners.js';
import type { OscArgument } from './osc-argument.js';
import { bindSocket, resolveHost } from './udp-address.js';

/**
 * The UDP port that control messages come to and answers leave from. node-osc's own `Server` is not used: it shares its
 * port with a second engine without a word, and emits datagrams under names of the sender's choice, `error` among them.
 * Thread: main. Blocks: no.
 */
export class OscSocket {
  /** What is done with a datagram. */
  receive: (datagram: Buffer, sender: OscPeer) => void = () => undefined;

  private open = true;

  private constructor(
    private readonly socket: Socket,
    readonly host: string,
    readonly port: number,
  ) {
    // A datagram may claim to come from port 0, which nothing can be sent to.
    socket.on('message', (datagram, { address, port: from }) => from > 0 && this.receive(datagram, { address, port: from }));
    // A refused answer is told here; who asked has gone, and nobody else is concerned.
    socket.on('error', () => undefined);
  }

  /** Errors: `portUnavailable`, `deviceUnavailable` for a host without an address. */
  static async open(host: string, port: number): Promise<OscSocket> {
    const resolved = await resolveHost(host);
    try {
      const socket = await bindSocket(resolved, port, resolved.address);
      return new OscSocket(socket, host, socket.address().port);
    } catch (cause) {
      const reason = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'another program has it' : String(cause);
      throw new ContinuoError('portUnavailable', `UDP port ${port} of ${host} cannot be had: ${reason}. Close the other program or set another port.`, { cause });
    }
  }

  /** Sends one message; nothing once closed. */
  send(target: OscPeer, address: string, ...values: readonly OscArgument[]): void {
    if (this.open) this.socket.send(encode(new Message(address, ...values)), target.port, target.address);
  }

  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    this.receive = () => undefined;
    await new Promise<void>((resolve) => this.socket.close(resolve));
  }
}
