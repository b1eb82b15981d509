import { Input as MidiPort } from '@julusian/midi/lazy';
import { ContinuoError } from '../../engine/errors.js';
import { driverFailure } from './midi-library.js';
import type { PortWish } from './options.js';

/**
 * Called for every message but system exclusive and active sensing.
 * @param deltaSeconds since the message before, measured by the driver; 0 for the first
 */
export type MidiListener = (deltaSeconds: number, bytes: Uint8Array) => void;

/** One MIDI port in. Thread: main. Blocks: while opening and closing, for the driver. */
export class MidiInput {
  readonly #port: MidiPort;

  /** Errors: `deviceUnavailable` without a MIDI driver, `portUnavailable` when the port is refused. */
  constructor(wish: PortWish, listener: MidiListener) {
    this.#port = openedDriver();
    // The driver throws timing messages away unless told; its second switch covers clock, the third active sensing.
    this.#port.ignoreTypes(true, false, true);
    this.#port.on('messageBuffer', listener);
    try {
      if ('virtual' in wish) this.#port.openVirtualPort(wish.virtual);
      else this.#port.openPortByName(wish.device);
    } catch (cause) {
      this.close();
      const name = 'virtual' in wish ? wish.virtual : wish.device;
      throw new ContinuoError('portUnavailable', `The MIDI port "${name}" could not be opened; see whether another program holds it.`, { cause });
    }
  }

  close(): void {
    this.#port.removeAllListeners();
    this.#port.destroy();
  }
}

function openedDriver(): MidiPort {
  try {
    return new MidiPort();
  } catch (cause) {
    throw driverFailure(cause);
  }
}
