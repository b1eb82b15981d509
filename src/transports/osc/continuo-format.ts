import { Message } from 'node-osc';
import type { WireEvent } from '../../engine/contracts/output.js';
import { float, integer, secondsOf } from './osc-format.js';

/** The clock comes 24 times a beat; only the tick on the beat is told. */
const halfTick = 1 / 48;

/**
 * Our own messages, the same for every destination; README.md lists them.
 *
 * @example continuoFormat(noteOn) // → /continuo/note 1 0 60 100 0.5 4.0 17
 */
export function continuoFormat(event: WireEvent): Message | undefined {
  const { owner, channel, data1, data2, beat } = event;
  switch (event.kind) {
    case 'noteOn':
      return new Message(
        '/continuo/note',
        integer(owner),
        integer(channel),
        integer(data1),
        integer(data2),
        float(secondsOf(event, event.durationBeats)),
        float(beat),
        integer(event.noteId),
      );
    case 'noteOff':
      return new Message('/continuo/note/off', integer(owner), integer(channel), integer(data1), integer(event.noteId));
    case 'control':
      return new Message('/continuo/control', integer(owner), integer(channel), integer(data1), integer(data2), float(beat));
    case 'program':
      return new Message('/continuo/program', integer(owner), integer(channel), integer(data1), float(beat));
    case 'clock': {
      const onBeat = Math.round(beat);
      if (Math.abs(beat - onBeat) >= halfTick) return undefined;
      return new Message('/continuo/clock', float(onBeat), float(60_000_000 / event.microsPerBeat));
    }
    case 'start':
    case 'continue':
    case 'stop':
      return new Message(`/continuo/clock/${event.kind}`, float(beat));
    case 'position':
      return new Message('/continuo/clock/position', float(data1 / 4));
  }
}
