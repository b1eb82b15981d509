import type { MessagePort } from 'node:worker_threads';
import { ContainerModule } from 'inversify';
import { Output, OutputOptions, type WireEvent, type WireEventKind } from '../../../src/engine/contracts/output.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';

export interface ThreadEvent {
  readonly kind: WireEventKind;
  readonly owner: number;
  readonly pitch: number;
  readonly beat: number;
  readonly noteId: number;
  readonly due: number;
  readonly at: number;
}

export interface ThreadOutputOptions {
  /** Where what happens is told: `open`, `close`, or a burst of events. */
  readonly port: MessagePort;
  /** Throws out of the event loop, as a faulty library would, when it sends a note of this pitch. */
  readonly crashesAt?: number;
  /** Refuses to open. */
  readonly refuses?: boolean;
  /** Throws when it sends a note of this pitch. */
  readonly throwsAt?: number;
  /** Holds its thread up for a moment when it sends a note of this pitch. */
  readonly holdsAt?: number;
}

const heldMillis = 15;

/** Tells the test's thread everything it is sent. */
class ThreadOutput implements Output {
  private burst: ThreadEvent[] = [];

  constructor(private readonly options: ThreadOutputOptions) {}

  async open(): Promise<void> {
    if (this.options.refuses) throw new Error('nobody is home');
    this.options.port.postMessage('open');
  }

  send({ kind, owner, data1, beat, noteId }: WireEvent, due: number): void {
    if (kind === 'noteOn' && data1 === this.options.throwsAt) throw new Error('the cable is out');
    if (kind === 'noteOn' && data1 === this.options.holdsAt) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, heldMillis);
    if (kind === 'noteOn' && data1 === this.options.crashesAt) {
      setImmediate(() => {
        throw new Error('the driver fell over');
      });
    }
    this.burst.push({ kind, owner, pitch: data1, beat, noteId, due, at: monotonicClock.now() });
  }

  flush(): void {
    this.options.port.postMessage(this.burst);
    this.burst = [];
  }

  async close(): Promise<void> {
    this.options.port.postMessage('close');
    this.options.port.close();
  }
}

export default new ContainerModule(({ bind }) => {
  bind<Output>(Output)
    .toDynamicValue((context) => new ThreadOutput(context.get<ThreadOutputOptions>(OutputOptions)))
    .inSingletonScope();
});
