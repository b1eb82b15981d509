import type { HeardEvent, NoteListener, NoteSource } from '../../engine/contracts/note-source.js';
import type { Micros } from '../../engine/music/units.js';

/** All sound off, and all notes off with its relatives. */
const allSoundOff = 120;
const allNotesOff = 123;

/** Whoever plays into the port: notes, pedals and wheels. Thread: main. Blocks: no. */
export class MidiPlayer implements NoteSource {
  #listener: NoteListener | undefined;

  constructor(
    readonly name: string,
    readonly latencyMicros: Micros,
  ) {}

  start(listener: NoteListener): void {
    this.#listener = listener;
  }

  stop(): void {
    this.#listener = undefined;
  }

  /**
   * Takes one message from the port.
   * @param stamp when it reached the driver
   */
  receive(bytes: Uint8Array, stamp: Micros): void {
    const event = heardEvent(bytes, stamp);
    if (event) this.#listener?.heard(event);
  }

  /** The port is gone: nobody will say any more that its keys are up. */
  left(micros: Micros): void {
    this.#listener?.heard({ type: 'released', micros });
  }
}

/** What a message says of what is played; `undefined` where it says nothing. A note on of velocity 0 is a note off. */
export function heardEvent(bytes: Uint8Array, micros: Micros): HeardEvent | undefined {
  if (bytes.length < 3) return undefined;
  const [status, data1, data2] = bytes;
  const channel = status & 0x0f;
  switch (status & 0xf0) {
    case 0x90:
      return data2 > 0 ? { type: 'noteOn', channel, pitch: data1, velocity: data2, micros } : { type: 'noteOff', channel, pitch: data1, micros };
    case 0x80:
      return { type: 'noteOff', channel, pitch: data1, micros };
    case 0xb0:
      if (data1 === allSoundOff || data1 >= allNotesOff) return { type: 'released', channel, micros };
      return data1 < allSoundOff ? { type: 'control', channel, controller: data1, value: data2, micros } : undefined;
    default:
      return undefined;
  }
}
