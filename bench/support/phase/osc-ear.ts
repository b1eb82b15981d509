import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode } from 'node-osc';
import type { Beats } from '../../../src/engine/music/units.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import type { WallClock } from '../../../src/transports/osc/wall-clock.js';

interface Packet {
  readonly address: string;
  readonly args: readonly { readonly value: number }[];
  readonly timetag?: number;
  readonly elements?: readonly Packet[];
}

export interface HeardPacket extends Packet {
  /** UNIX seconds: when it came, and its time tag, 0 where it has none. */
  readonly arrived: number;
  readonly tag: number;
}

export interface Ear {
  readonly port: number;
  close(): void;
}

/** Listens to OSC at a free port. */
export async function openEar(wall: WallClock, hear: (packet: HeardPacket) => void): Promise<Ear> {
  const socket = createSocket('udp4');
  socket.on('message', (datagram) => {
    const arrived = wall.unixSeconds(monotonicClock.now());
    const packet = decode(datagram) as Packet;
    for (const element of packet.elements ?? [packet]) hear({ ...element, arrived, tag: packet.timetag ?? 0 });
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, close: () => void socket.close() };
}

/** The beat of a message of ours: a note's, or the one that the clock tells; undefined for all others. */
export function beatOf({ address, args }: Packet): Beats | undefined {
  if (address === '/continuo/clock') return args[0].value;
  return address === '/continuo/note' ? args[5].value : undefined;
}
