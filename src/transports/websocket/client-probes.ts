import type { Disposable } from '../../engine/disposable.js';
import type { Micros } from '../../engine/music/units.js';
import type { Alarm } from '../../engine/sync/alarm.js';
import type { Clock } from '../../engine/time/clock.js';
import { ClientClock } from './client-clock.js';
import type { ServerMessage } from './server-message.js';

/** So many probes at once to begin with, then one every second. */
const firstProbes = 8;
const firstProbeMicros: Micros = 100_000;
const probeMicros: Micros = 1_000_000;

/**
 * Compares a client's clock with ours as long as it plays or leads. Thread: main. Blocks: no.
 *
 * @param first number of its probes, which go on in the same direction: those of a client that leads upwards from 1, of one
 *   that plays downwards from -1, so that neither takes the other's answers
 */
export class ClientProbes {
  readonly clientClock = new ClientClock();
  private sent: Micros | undefined;
  private count = 0;
  private next: Disposable | undefined;

  constructor(
    private readonly send: (message: ServerMessage) => void,
    private readonly clock: Clock,
    private readonly alarm: Alarm,
    private readonly first: 1 | -1,
  ) {
    this.ask();
  }

  /** A probe came back. */
  answered(probe: number, clientMilliseconds: number): void {
    if (probe !== this.first * this.count || this.sent === undefined) return;
    this.clientClock.compare(this.sent, this.clock.now(), clientMilliseconds);
    this.sent = undefined;
  }

  dispose(): void {
    this.next?.dispose();
  }

  private ask(): void {
    this.count += 1;
    this.sent = this.clock.now();
    this.send({ type: 'probe', probe: this.first * this.count });
    this.next = this.alarm(this.count < firstProbes ? firstProbeMicros : probeMicros, () => this.ask());
  }
}
