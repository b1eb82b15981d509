import { decode } from 'node-osc';
import { ContinuoError } from '../../engine/errors.js';

export interface OscMessage {
  readonly address: string;
  readonly values: readonly unknown[];
  /** UNIX seconds of the bundle around it; 0 when there is none, or it says "at once". */
  readonly unixSeconds: number;
}

interface DecodedMessage {
  readonly oscType: 'message';
  readonly address: string;
  readonly args: readonly { readonly value: unknown }[];
}

interface DecodedBundle {
  readonly oscType: 'bundle';
  readonly timetag: number;
  readonly elements: readonly (DecodedMessage | DecodedBundle)[];
}

/**
 * The messages of a datagram, those of nested bundles in their order. node-osc knows the types i f s b T F N m.
 * Errors: `badMessage` when the bytes are no OSC packet.
 */
export function readPacket(datagram: Buffer): readonly OscMessage[] {
  let packet: DecodedMessage | DecodedBundle;
  try {
    packet = decode(datagram) as DecodedMessage | DecodedBundle;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ContinuoError('badMessage', `A datagram of ${datagram.length} bytes is no OSC packet that can be read (${reason}); use the types i f s T F.`, { cause });
  }
  const messages: OscMessage[] = [];
  collect(packet, 0, messages);
  return messages;
}

function collect(packet: DecodedMessage | DecodedBundle, unixSeconds: number, into: OscMessage[]): void {
  if (packet.oscType === 'message') into.push({ address: packet.address, values: packet.args.map(({ value }) => value), unixSeconds });
  else for (const element of packet.elements) collect(element, packet.timetag, into);
}
