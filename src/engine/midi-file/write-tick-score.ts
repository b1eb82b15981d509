import type { TickEvent, TickScore } from '../music/tick-score.js';
import { TrackWriter, assembleFile } from './track-writer.js';

/**
 * A Standard MIDI File of a score: format 0 for one track, else 1; running status; a note ends with a note-off of its
 * own velocity. Events of one tick keep their order, a note-off standing where its note was met. Numbers a MIDI message
 * cannot hold are cut to its bits.
 */
export function writeTickScore({ ticksPerBeat, tracks }: TickScore): Uint8Array {
  const bodies = (tracks.length > 0 ? tracks : [[]]).map((events) => writeMessages(events.flatMap(messagesOf)));
  return assembleFile(bodies.length === 1 ? 0 : 1, ticksPerBeat, bodies);
}

export interface TimedMessage {
  readonly tick: number;
  /** With its status byte. */
  readonly bytes: readonly number[];
}

/** The body of a track; messages of one tick stay in their order. */
export function writeMessages(messages: readonly TimedMessage[]): Uint8Array {
  const writer = new TrackWriter();
  let tick = 0;
  let running = -1;
  for (const { tick: at, bytes } of [...messages].sort((a, b) => a.tick - b.tick)) {
    const status = bytes[0];
    writer.event(at - tick, status === running ? bytes.slice(1) : bytes);
    running = status < 0xf0 ? status : -1;
    tick = at;
  }
  return writer.finish();
}

/** The messages an event stands for: a note is two. */
export function messagesOf(event: TickEvent): TimedMessage[] {
  const { tick } = event;
  switch (event.type) {
    case 'note': {
      const data = [event.pitch & 0x7f, event.velocity & 0x7f];
      const channel = event.channel & 0x0f;
      return [
        { tick, bytes: [0x90 | channel, ...data] },
        { tick: tick + event.duration, bytes: [0x80 | channel, ...data] },
      ];
    }
    case 'program':
      return [{ tick, bytes: [0xc0 | (event.channel & 0x0f), event.program & 0x7f] }];
    case 'control':
      return [{ tick, bytes: [0xb0 | (event.channel & 0x0f), event.controller & 0x7f, event.value & 0x7f] }];
    case 'tempo': {
      const micros = event.microsPerBeat;
      return [{ tick, bytes: [0xff, 0x51, 3, (micros >> 16) & 0xff, (micros >> 8) & 0xff, micros & 0xff] }];
    }
    case 'meter': {
      const { numerator, denominatorPower, clocksPerClick, thirtySecondsPerBeat } = event;
      return [{ tick, bytes: [0xff, 0x58, 4, numerator, denominatorPower, clocksPerClick, thirtySecondsPerBeat] }];
    }
    case 'key':
      return [{ tick, bytes: [0xff, 0x59, 2, event.sharps & 0xff, event.minor ? 1 : 0] }];
  }
}
