import { Worker } from 'node:worker_threads';
import { busyStates } from './busy-worker.js';

/** One thread of arithmetic at niceness 19, which works or rests. */
export class BusyLoad {
  private readonly state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  private readonly exited: Promise<void>;

  constructor() {
    const worker = new Worker(new URL('./busy-worker.js', import.meta.url), { workerData: this.state });
    this.exited = new Promise((resolve) => worker.once('exit', () => resolve()));
  }

  set(working: boolean): void {
    this.tell(working ? busyStates.compute : busyStates.rest);
  }

  end(): Promise<void> {
    this.tell(busyStates.end);
    return this.exited;
  }

  private tell(next: number): void {
    Atomics.store(this.state, 0, next);
    Atomics.notify(this.state, 0);
  }
}
