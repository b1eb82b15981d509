import type { ControllerListener, ControllerPlace, ControllerSource } from '../../engine/contracts/controller-source.js';

/**
 * The control and program changes that come in at a port, and, where the port can be written to as well, those that go
 * back. Channel mode messages (120 to 127) are none of its business. Thread: main. Blocks: no.
 */
export class MidiControllers implements ControllerSource {
  readonly show: ControllerSource['show'];
  #listener: ControllerListener | undefined;

  /** @param send writes one message to the box; without it nothing is shown there */
  constructor(
    readonly name: string,
    send?: (bytes: readonly number[]) => void,
  ) {
    this.show = send && (({ channel, controller }: ControllerPlace, value) => send([0xb0 | channel, controller, value]));
  }

  start(listener: ControllerListener): void {
    this.#listener = listener;
  }

  stop(): void {
    this.#listener = undefined;
  }

  /** The box was away and is back. */
  returned(): void {
    this.#listener?.returned?.();
  }

  /** Takes one message from the port. */
  receive(bytes: Uint8Array): void {
    const [status, data1, data2] = bytes;
    const channel = status & 0x0f;
    if ((status & 0xf0) === 0xb0 && bytes.length >= 3 && data1 < 120) this.#listener?.moved({ channel, controller: data1 }, data2);
    else if ((status & 0xf0) === 0xc0 && bytes.length >= 2) this.#listener?.programChosen(channel, data1);
  }
}
