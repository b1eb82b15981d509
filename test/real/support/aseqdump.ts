import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import type { Micros } from '../../../src/engine/music/units.js';
import { until } from './until.js';

/** One line of aseqdump, in our words, and when it was read. */
export interface DumpedEvent {
  readonly micros: Micros;
  readonly kind: string;
  readonly channel: number;
  readonly data1: number;
  readonly data2: number;
}

/** alsa-utils' aseqdump, subscribed to one port, or a port of its own that others play to. */
export class Aseqdump {
  readonly events: DumpedEvent[] = [];
  readonly #child: ChildProcess;
  #subscribed = false;

  /** @param address `client:port` of the port to listen to; without one it waits to be played to */
  constructor(address?: string) {
    const child = spawn('aseqdump', address === undefined ? [] : ['-p', address], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    createInterface(child.stdout).on('line', (line) => {
      if (line.startsWith('Waiting for data')) this.#subscribed = true;
      const event = readLine(line, monotonicClock.now());
      if (event) this.events.push(event);
    });
  }

  async ready(): Promise<void> {
    await until('aseqdump is subscribed', () => this.#subscribed);
  }

  count(kind: string): number {
    return this.events.filter((event) => event.kind === kind).length;
  }

  stop(): void {
    this.#child.kill();
  }

  /** Is gone at once, as a device whose cable is pulled. */
  async vanish(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }
}

/**
 * @example readLine('128:0   Note on                 0, note 60, velocity 100', 0)
 *          // → { kind: 'Note on', channel: 0, data1: 60, data2: 100, micros: 0 }
 */
export function readLine(line: string, micros: Micros): DumpedEvent | undefined {
  const parts = /^ *\d+:\d+ {2,}(\S+(?: \S+)*)(?: {2,}(.*))?$/.exec(line);
  if (!parts) return undefined;
  const kind = parts[1];
  const fields = parts[2] ?? '';
  const channel = Number(/^(\d+),/.exec(fields)?.[1] ?? 0);
  const values = [...fields.replace(/^\d+,/, '').matchAll(/-?\d+/g)].map(([digits]) => Number(digits));
  return { micros, kind, channel, data1: values[0] ?? 0, data2: values[1] ?? 0 };
}
