import { Output as MidiPort } from '@julusian/midi/lazy';
import type { Notice, TransportWatcher } from '../../engine/contracts/transport.js';
import { ContinuoError } from '../../engine/errors.js';
import { MidiControllers } from './midi-controllers.js';
import { MidiInput } from './midi-input.js';
import { driverFailure, hasVirtualPorts, type MidiPortNames } from './midi-library.js';
import { noticing } from './noticing.js';
import type { ControllerBoxOptions, PortWish } from './options.js';
import { nameOf, planPort } from './port-names.js';
import type { WatchedPort } from './port-watch.js';

/**
 * A box of knobs on a port of its own, and the port back to it for its lamps and motors, where one is named. A box that is
 * not there is heard when it comes; one that was away shows what is when it is back.
 * Thread: main. Blocks: while opening and closing, for the driver.
 */
export class ControllerBox {
  readonly controllers: MidiControllers;
  readonly #opened: { input?: string; lamps?: string } = {};
  #input: MidiInput | undefined;
  #lamps: MidiPort | undefined;

  constructor(private readonly options: ControllerBoxOptions) {
    this.controllers = new MidiControllers(nameOf(options.input), options.output && ((bytes) => this.#light(bytes)));
  }

  /** Opens what is there of it, and says so. */
  open({ inputs, outputs }: MidiPortNames): readonly Notice[] {
    const notices: Notice[] = [];
    const { input, output } = this.options;
    const heard = planPort(input, 'input', inputs, hasVirtualPorts);
    if ('off' in heard) notices.push({ level: 'off', sentence: heard.off });
    else this.#hear(heard.open, notices);
    const shown = output && planPort(output, 'output', outputs, hasVirtualPorts);
    if (shown && 'off' in shown) notices.push({ level: 'off', sentence: shown.off });
    else if (shown) this.#show(shown.open, notices);
    return notices;
  }

  /** Its ports that may go and come; nobody unplugs one of our own. Call it once it is open. */
  watched(watcher: TransportWatcher): readonly WatchedPort[] {
    const told = (again: boolean, act: (notices: Notice[]) => boolean): boolean => {
      const notices: Notice[] = [];
      const isOpen = act(notices);
      for (const notice of isOpen || !again ? notices : []) watcher.notice(notice);
      if (isOpen) this.controllers.returned();
      return isOpen;
    };
    const lost = (name: string, verb: string): void => watcher.notice({ level: 'off', sentence: `The MIDI device "${name}" is gone; ${verb} again when it is back.` });
    const { input, output } = this.options;
    const ports: WatchedPort[] = [];
    if ('device' in input) {
      ports.push({
        open: this.#opened.input,
        direction: 'inputs',
        wish: input,
        gone: (name) => {
          this.#input?.close();
          this.#input = undefined;
          lost(name, 'its knobs are heard');
        },
        came: (device, again) => told(again, (notices) => this.#hear({ device }, notices)),
      });
    }
    if (output && 'device' in output) {
      ports.push({
        open: this.#opened.lamps,
        direction: 'outputs',
        wish: output,
        gone: (name) => {
          this.#darken();
          lost(name, 'its lamps are lit');
        },
        came: (device, again) => told(again, (notices) => this.#show({ device }, notices)),
      });
    }
    return ports;
  }

  close(): void {
    this.#input?.close();
    this.#input = undefined;
    this.#darken();
  }

  #hear(port: PortWish, notices: Notice[]): boolean {
    this.#input = noticing(notices, () => new MidiInput(port, (_deltaSeconds, bytes) => this.controllers.receive(bytes)));
    if (!this.#input) return false;
    if ('device' in port) this.#opened.input = port.device;
    notices.push({ level: 'ready', sentence: `Heard from "${nameOf(port)}": MIDI controllers.` });
    return true;
  }

  #show(port: PortWish, notices: Notice[]): boolean {
    this.#lamps = noticing(notices, () => openedLamps(port));
    if (!this.#lamps) return false;
    if ('device' in port) this.#opened.lamps = port.device;
    notices.push({ level: 'ready', sentence: `Shown at "${nameOf(port)}": what is controlled from "${nameOf(this.options.input)}".` });
    return true;
  }

  #light(bytes: readonly number[]): void {
    try {
      this.#lamps?.sendMessage([...bytes]);
    } catch {
      // The box was unplugged, which the watch will notice and tell: its lamps play no part in the music.
      this.#darken();
    }
  }

  #darken(): void {
    this.#lamps?.destroy();
    this.#lamps = undefined;
  }
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
