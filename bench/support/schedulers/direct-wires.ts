import { Output } from '@julusian/midi/lazy';
import type { DirectWire } from './scheduler.js';

/** A wire that costs nothing. */
export const noWire: DirectWire = { name: 'no wire', send: () => undefined, end: () => undefined };

/** A virtual port of the driver that easymidi and we both use. */
export function driverWire(port: string): DirectWire {
  const output = new Output();
  output.openVirtualPort(port);
  return { name: 'driver', send: ({ bytes }) => output.sendMessage([...bytes]), end: () => output.destroy() };
}

/** easymidi, with a message object for every event. */
export async function easymidiWire(port: string): Promise<DirectWire> {
  const { default: easymidi } = await import('easymidi');
  const output = new easymidi.Output(port, true);
  return {
    name: 'easymidi, corrected',
    send: ({ kind, bytes: [status, note, velocity] }) => {
      const channel = (status & 0x0f) as import('easymidi').Channel;
      if (kind === 'clock') output.send('clock');
      else if (kind === 'noteOn') output.send('noteon', { note, velocity, channel });
      else output.send('noteoff', { note, velocity, channel });
    },
    end: () => output.close(),
  };
}
