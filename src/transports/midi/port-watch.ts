import { Input, Output } from '@julusian/midi/lazy';
import type { MidiPortNames } from './midi-library.js';
import { deviceIn, type DeviceWish } from './port-names.js';
import { sequencerTies, Tie, type SequencerTies } from './sequencer-ties.js';

/** How often the system is asked: a device takes longer to be unplugged and replugged. */
const lookMilliseconds = 500;

/** One port that somebody wants to be told of. */
export interface WatchedPort {
  readonly direction: keyof MidiPortNames;
  readonly wish: DeviceWish;
  /** The name under which it is open; undefined while it is gone. */
  open: string | undefined;
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

  /** Who reaches which device; undefined where the system does not tell. */
  ties(): SequencerTies | undefined {
    return sequencerTies();
  }

  close(): void {
    this.input.destroy();
    this.output.destroy();
  }
}

/**
 * Notices ports that go and come, by their names: no MIDI driver tells in the same way on all systems. On Linux one that was gone
 * between two looks is noticed too, for what reached it reaches it no more.
 * Thread: main. Blocks: while the driver lists its ports, which is well below a millisecond.
 */
export class PortWatch {
  private readonly timer: NodeJS.Timeout;
  private readonly ties = new Map<WatchedPort, Tie>();

  /** @param before who reached which device before the ports were opened that are open */
  constructor(
    private readonly ports: readonly WatchedPort[],
    private readonly lister: Pick<PortLister, 'names' | 'ties' | 'close'>,
    before: SequencerTies | undefined,
  ) {
    for (const port of ports) if (port.open !== undefined) this.tie(port, port.open, before);
    this.timer = setInterval(() => this.look(), lookMilliseconds).unref();
  }

  /** Asks now. */
  look(): void {
    const names = this.lister.names();
    const ties = this.lister.ties();
    for (const port of this.ports) {
      const was = port.open;
      const isCut = was !== undefined && ties !== undefined && this.ties.get(port)?.isCut(reaching(was, port, ties)) === true;
      if (was !== undefined && (isCut || !names[port.direction].includes(was))) {
        port.open = undefined;
        port.gone(was);
      }
      if (port.open !== undefined) continue;
      const found = deviceIn(port.wish, names[port.direction]);
      if (found === undefined) continue;
      port.open = found;
      this.tie(port, found, ties);
      port.came(found);
    }
  }

  private tie(port: WatchedPort, name: string, before: SequencerTies | undefined): void {
    if (before) this.ties.set(port, new Tie(reaching(name, port, before)));
    else this.ties.delete(port);
  }

  close(): void {
    clearInterval(this.timer);
    this.lister.close();
  }
}

function reaching(name: string, { direction }: WatchedPort, ties: SequencerTies): ReadonlySet<string> {
  return ties[direction].get(/\d+:\d+$/.exec(name)?.[0] ?? '') ?? new Set();
}

function namesOf(port: Pick<Input, 'getPortCount' | 'getPortName'>): string[] {
  return Array.from({ length: port.getPortCount() }, (_unused, number) => port.getPortName(number));
}
