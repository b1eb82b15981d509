import type { WireEvent } from '../../engine/contracts/output.js';
import type { Micros } from '../../engine/music/units.js';
import type { WireMessage } from './server-message.js';

/** The clock comes 24 times a beat; only the tick on the beat is told. */
const halfTick = 1 / 48;

/** One event as a message; `undefined` for the clock between beats. Pure. */
export function wireMessage(event: WireEvent, timeMicros: Micros): WireMessage | undefined {
  const { owner: deck, channel, beat } = event;
  switch (event.kind) {
    case 'noteOn':
      return {
        type: 'note',
        id: event.noteId,
        deck,
        channel,
        pitch: event.data1,
        velocity: event.data2,
        beat,
        durationBeats: event.durationBeats,
        durationSeconds: (event.durationBeats * event.microsPerBeat) / 1_000_000,
        timeMicros,
      };
    case 'noteOff':
      return { type: 'noteOff', id: event.noteId, deck, channel, pitch: event.data1, beat, timeMicros };
    case 'control':
      return { type: 'control', deck, channel, controller: event.data1, value: event.data2, beat, timeMicros };
    case 'program':
      return { type: 'program', deck, channel, program: event.data1, beat, timeMicros };
    case 'clock': {
      const onBeat = Math.round(beat);
      if (Math.abs(beat - onBeat) >= halfTick) return undefined;
      return { type: 'clock', beat: onBeat, bpm: 60_000_000 / event.microsPerBeat, timeMicros };
    }
    case 'start':
    case 'continue':
    case 'stop':
      return { type: event.kind, beat, timeMicros };
    case 'position':
      return { type: 'position', beat: event.data1 / 4, timeMicros };
  }
}
