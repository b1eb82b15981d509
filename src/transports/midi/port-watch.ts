import { Input, Output } from '@julusian/midi/lazy';
import type { MidiPortNames } from './midi-library.js';

/** How often the system is asked: a device takes longer to be unplugged and replugged. */
const lookMilliseconds = 500;

/** One port that somebody wants to be told of. */
export interface WatchedPort {
  /** The name under which it is open; undefined while it is gone. */
  open: string | undefined;
  /** The name it has, should it be there. */
  find(names: MidiPortNames): string | undefined;
  isThere(name: string, names: MidiPortNames): boolean;
  gone(name: string): void;
  /** It is there, for the first time or again. */
  came(name: string): void;
}

/** Names of the ports there are, asked of the driver again and again by the same two handles. */
export class PortLister {
  private readonly input = new Input();
  private readonly output = new Output();

  names(): MidiPortNames {
    return { inputs: namesOf(this.input), outputs: namesOf(this.output) };
  }

  close(): void {
    this.input.destroy();
    this.output.destroy();
  }
}

/**
 * Notices ports that go and come, by their names: no MIDI driver tells in the same way on all systems.
 * Thread: main. Blocks: while the driver lists its ports, which is well below a millisecond.
 */
export class PortWatch {
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly ports: readonly WatchedPort[],
    private readonly lister: { names(): MidiPortNames; close(): void },
  ) {
    this.timer = setInterval(() => this.look(), lookMilliseconds).unref();
  }

  /** Asks now. */
  look(): void {
    const names = this.lister.names();
    for (const port of this.ports) {
      const was = port.open;
      if (was !== undefined && !port.isThere(was, names)) {
        port.open = undefined;
        port.gone(was);
      }
      if (port.open !== undefined) continue;
      const found = port.find(names);
      if (found === undefined) continue;
      port.open = found;
      port.came(found);
    }
  }

  close(): void {
    clearInterval(this.timer);
    this.lister.close();
  }
}

function namesOf(port: Pick<Input, 'getPortCount' | 'getPortName'>): string[] {
  return Array.from({ length: port.getPortCount() }, (_unused, number) => port.getPortName(number));
}
