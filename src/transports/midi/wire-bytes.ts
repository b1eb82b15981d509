import type { WireEvent } from '../../engine/contracts/output.js';

/**
 * Turns wire events into MIDI bytes in buffers it owns: what it returns is valid until the next call.
 * Song positions have 14 bits (1024 bars of 4/4): of later ones these are written.
 * Thread: any. Blocks: no. Allocates: no.
 *
 * @example new MidiEncoder().encode({ kind: 'noteOn', channel: 9, data1: 36, data2: 100, ... }) // → 99 24 64
 */
export class MidiEncoder {
  readonly #one = Buffer.alloc(1);
  readonly #two = Buffer.alloc(2);
  readonly #three = Buffer.alloc(3);

  encode(event: WireEvent): Buffer {
    switch (event.kind) {
      case 'noteOn':
        return this.#write3(0x90 | event.channel, event.data1, event.data2);
      case 'noteOff':
        return this.#write3(0x80 | event.channel, event.data1, event.data2);
      case 'control':
        return this.#write3(0xb0 | event.channel, event.data1, event.data2);
      case 'program':
        this.#two[0] = 0xc0 | event.channel;
        this.#two[1] = event.data1 & 0x7f;
        return this.#two;
      case 'position':
        return this.#write3(0xf2, event.data1, event.data1 >> 7);
      case 'clock':
        return this.#write1(0xf8);
      case 'start':
        return this.#write1(0xfa);
      case 'continue':
        return this.#write1(0xfb);
      case 'stop':
        return this.#write1(0xfc);
    }
  }

  #write1(status: number): Buffer {
    this.#one[0] = status;
    return this.#one;
  }

  #write3(status: number, data1: number, data2: number): Buffer {
    this.#three[0] = status;
    this.#three[1] = data1 & 0x7f;
    this.#three[2] = data2 & 0x7f;
    return this.#three;
  }
}
