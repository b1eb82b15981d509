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
 * The messages of a datagram, those of nested bundles in their order. node-osc knows the types i f s b T F N m; an impulse, I,
 * is taken for nil where it is in no bundle.
 * Errors: `badMessage` when the bytes are no OSC packet.
 */
export function readPacket(datagram: Buffer): readonly OscMessage[] {
  let packet: DecodedMessage | DecodedBundle;
  try {
    packet = decode(impulsesAsNil(datagram)) as DecodedMessage | DecodedBundle;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ContinuoError('badMessage', `A datagram of ${datagram.length} bytes is no OSC packet that can be read (${reason}); use the types i f s T F N.`, { cause });
  }
  const messages: OscMessage[] = [];
  collect(packet, 0, messages);
  return messages;
}

function collect(packet: DecodedMessage | DecodedBundle, unixSeconds: number, into: OscMessage[]): void {
  if (packet.oscType === 'message') into.push({ address: packet.address, values: packet.args.map(({ value }) => value), unixSeconds });
  else for (const element of packet.elements) collect(element, packet.timetag, into);
}

/** Neither has any bytes of its own, so that the letter among the type tags is all there is to change. */
function impulsesAsNil(datagram: Buffer): Buffer {
  const tags = (datagram.indexOf(0) & ~3) + 4;
  const end = datagram.indexOf(0, tags);
  if (datagram[0] !== 0x2f || datagram[tags] !== 0x2c || !datagram.subarray(tags, end).includes('I')) return datagram;
  const changed = Buffer.from(datagram);
  for (let index = tags; index < end; index += 1) if (changed[index] === 0x49) changed[index] = 0x4e;
  return changed;
}
