import { Output as MidiPort } from '@julusian/midi/lazy';
import { ContinuoError } from '../../engine/errors.js';
import { MidiControllers } from './midi-controllers.js';
import { MidiInput } from './midi-input.js';
import { driverFailure, hasVirtualPorts, type MidiPortNames } from './midi-library.js';
import type { ControllerBoxOptions, PortWish } from './options.js';
import { planPort } from './port-names.js';

/**
 * A box of knobs on a port of its own, and the port back to it for its lamps and motors, where one is named.
 * Thread: main. Blocks: while opening and closing, for the driver.
 */
export class ControllerBox {
  readonly controllers: MidiControllers;
  readonly #input: MidiInput;
  #lamps: MidiPort | undefined;

  /** Errors: `deviceUnavailable` without a MIDI driver, `portUnavailable` when a port is not there or refused. */
  constructor({ input, output }: ControllerBoxOptions, names: MidiPortNames) {
    const heard = planned(input, 'input', names);
    const shown = output && planned(output, 'output', names);
    this.#lamps = shown && openedLamps(shown);
    this.controllers = new MidiControllers(nameOf(input), this.#lamps && ((bytes) => this.#light(bytes)));
    try {
      this.#input = new MidiInput(heard, (_deltaSeconds, bytes) => this.controllers.receive(bytes));
    } catch (error) {
      this.#lamps?.destroy();
      throw error;
    }
  }

  close(): void {
    this.#input.close();
    this.#lamps?.destroy();
  }

  #light(bytes: readonly number[]): void {
    try {
      this.#lamps?.sendMessage([...bytes]);
    } catch {
      // The box was unplugged, and nobody looks at its lamps: it plays no part in the music, so nothing is said of it.
      this.#lamps?.destroy();
      this.#lamps = undefined;
    }
  }
}

/** What a performer calls a port. */
export function nameOf(wish: PortWish): string {
  return 'virtual' in wish ? wish.virtual : wish.device;
}

function planned(wish: PortWish, direction: 'input' | 'output', names: MidiPortNames): PortWish {
  const plan = planPort(wish, direction, direction === 'input' ? names.inputs : names.outputs, hasVirtualPorts);
  if ('off' in plan) throw new ContinuoError('portUnavailable', plan.off);
  return plan.open;
}

function openedLamps(port: PortWish): MidiPort {
  let driver: MidiPort;
  try {
    driver = new MidiPort();
  } catch (cause) {
    throw driverFailure(cause);
  }
  try {
    if ('virtual' in port) driver.openVirtualPort(port.virtual);
    else driver.openPortByName(port.device);
    return driver;
  } catch (cause) {
    driver.destroy();
    throw new ContinuoError('portUnavailable', `The MIDI port "${nameOf(port)}" could not be opened; see whether another program holds it.`, { cause });
  }
}
