/** In place of a call's id: whatever is under way should end early, and nothing new should begin. */
const everything = -1;
const stopped = 0;
const busy = 1;
const steps = 2;
const asked = 3;

/** What the two sides of an inference worker tell each other while the worker is too busy to read messages. Thread: both. */
export class WorkerFlags {
  private readonly cells: Int32Array;

  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.cells = new Int32Array(memory);
  }

  /** Asks one call to end early. */
  stop(id: number): void {
    if (!this.isEnding) Atomics.store(this.cells, stopped, id);
  }

  /** Asks whatever is under way to end early, for good. */
  stopEverything(): void {
    Atomics.store(this.cells, stopped, everything);
  }

  isStopped(id: number): boolean {
    const asked = Atomics.load(this.cells, stopped);
    return asked === id || asked === everything;
  }

  get isEnding(): boolean {
    return Atomics.load(this.cells, stopped) === everything;
  }

  /** A call with this id is on its way; ids rise. */
  ask(id: number): void {
    Atomics.store(this.cells, asked, id);
  }

  /** Whether a later call waits for this one, or the end does. */
  isAwaited(id: number): boolean {
    return this.isEnding || Atomics.load(this.cells, asked) > id;
  }

  /** The worker is inside a composer from here on. */
  begin(): void {
    Atomics.store(this.cells, busy, 1);
  }

  end(): void {
    Atomics.store(this.cells, busy, 0);
    Atomics.notify(this.cells, busy);
  }

  /** The worker is between two runs of its model. */
  step(): void {
    Atomics.add(this.cells, steps, 1);
  }

  /** How often it was; only that it changes means something. */
  get steps(): number {
    return Atomics.load(this.cells, steps);
  }

  /** Blocks until the worker is not inside a composer, or the time is up. Returns whether it is not. */
  waitUntilIdle(milliseconds: number): boolean {
    return Atomics.wait(this.cells, busy, 1, milliseconds) !== 'timed-out';
  }
}
