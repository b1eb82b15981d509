import { Input, Output } from '@julusian/midi/lazy';
import type { MidiPortNames } from './midi-library.js';
import { deviceIn, type DeviceWish } from './port-names.js';
import { sequencerTies, Tie, type SequencerTies } from './sequencer-ties.js';

/** How often the system is asked: a device takes longer to be unplugged and replugged. */
const lookMilliseconds = 500;
/** A port that does not open is tried at the next look, then after two, four, eight, and so many at most. */
const longestWaitLooks = 20;

/** One port that somebody wants to be told of. */
export interface WatchedPort {
  readonly direction: keyof MidiPortNames;
  readonly wish: DeviceWish;
  /** The name under which it is open; undefined while it is gone. */
  open: string | undefined;
  gone(name: string): void;
  /**
   * It is there, for the first time or again: opens it, and tells whether it opened.
   * @param again it has been there since the last try, which failed
   */
  came(name: string, again: boolean): boolean | Promise<boolean>;
}

/** A port that is being opened, or did not open when it was tried last. */
interface Try {
  /** This one and those before it. */
  readonly failures: number;
  looksLeft: number;
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
 * between two looks is noticed too, for what reached it reaches it no more. One that is there and does not open, because another program
 * holds it or its rights are not set yet, is tried again, less and less often.
 * Thread: main. Blocks: while the driver lists its ports, which is well below a millisecond.
 */
export class PortWatch {
  private readonly timer: NodeJS.Timeout;
  private readonly ties = new Map<WatchedPort, Tie>();
  private readonly tries = new Map<WatchedPort, Try>();

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
        this.tries.delete(port);
        port.gone(was);
      }
      if (port.open !== undefined) continue;
      const found = deviceIn(port.wish, names[port.direction]);
      if (found === undefined) this.tries.delete(port);
      else if (this.isDue(port)) {
        this.tie(port, found, ties);
        this.open(port, found);
      }
    }
  }

  private isDue(port: WatchedPort): boolean {
    const last = this.tries.get(port);
    if (!last || last.looksLeft === 0) return true;
    last.looksLeft -= 1;
    return false;
  }

  private open(port: WatchedPort, name: string): void {
    const last = this.tries.get(port);
    const present: Try = { failures: (last?.failures ?? 0) + 1, looksLeft: 0 };
    this.tries.set(port, present);
    port.open = name;
    const opened = port.came(name, last !== undefined);
    if (typeof opened === 'boolean') this.told(port, present, opened);
    else void opened.then((isOpen) => this.told(port, present, isOpen));
  }

  private told(port: WatchedPort, present: Try, opened: boolean): void {
    // It went, and maybe came, before that was known.
    if (this.tries.get(port) !== present) return;
    if (opened) {
      this.tries.delete(port);
      return;
    }
    port.open = undefined;
    present.looksLeft = Math.min(longestWaitLooks, 2 ** (present.failures - 1)) - 1;
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
