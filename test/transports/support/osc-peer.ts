import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode, Message, type Bundle } from 'node-osc';
import { Inbox } from './within.js';

export interface HeardMessage {
  readonly address: string;
  readonly values: readonly unknown[];
  /** UNIX seconds of the bundle around it; undefined for a plain message. */
  readonly unixSeconds: number | undefined;
  /** Type tags of a plain message, without the comma. */
  readonly tags: string;
  /** Number of the datagram it came in. */
  readonly datagram: number;
}

interface Packet {
  readonly oscType: 'message' | 'bundle';
  readonly address: string;
  readonly args: readonly { readonly value: unknown }[];
  readonly timetag: number;
  readonly elements: readonly Packet[];
}

/** A program on the other end of the wire: one UDP port on this machine. */
export class OscPeer {
  readonly heard = new Inbox<HeardMessage>();
  private datagrams = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly engine: { readonly port: number },
  ) {
    socket.on('message', (datagram) => {
      this.datagrams += 1;
      this.hear(decode(datagram) as Packet, undefined, tagsOf(datagram));
    });
  }

  /** `port` is the engine's; 0 for a peer that only listens. */
  static async open(port: number): Promise<OscPeer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new OscPeer(socket, { port });
  }

  get port(): number {
    return this.socket.address().port;
  }

  send(address: string, ...values: readonly unknown[]): void {
    this.sendPacket(new Message(address, ...values));
  }

  sendPacket(packet: Message | Bundle): void {
    this.sendBytes(encode(packet));
  }

  sendBytes(bytes: Buffer): void {
    this.socket.send(bytes, this.engine.port, '127.0.0.1');
  }

  /** The next message at an address. */
  next(address: string): Promise<HeardMessage> {
    return this.heard.take(address, (message) => message.address === address);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.socket.close(() => resolve()));
  }

  private hear(packet: Packet, unixSeconds: number | undefined, tags: string): void {
    if (packet.oscType === 'bundle') for (const element of packet.elements) this.hear(element, packet.timetag, '');
    else this.heard.add({ address: packet.address, values: packet.args.map(({ value }) => value), unixSeconds, tags, datagram: this.datagrams });
  }
}

function tagsOf(datagram: Buffer): string {
  const start = datagram.indexOf(',');
  return datagram.toString('latin1', start + 1, datagram.indexOf(0, start));
}
