import type { Micros } from '../music/units.js';

/** Service identifier of the clock. */
export const Clock = Symbol.for('continuo.Clock');

/** The one clock of the engine: monotonic, shared by all threads of the process. */
export interface Clock {
  now(): Micros;
}

/** Thread: any. Blocks: no. */
export const monotonicClock: Clock = {
  now: () => Number(process.hrtime.bigint()) / 1000,
};

/** Time that moves only when told: for tests and for rendering faster than real time. */
export class VirtualClock implements Clock {
  constructor(private micros: Micros = 0) {}

  now(): Micros {
    return this.micros;
  }

  /** Moves forward; going back is a RangeError. */
  advanceTo(micros: Micros): void {
    if (micros < this.micros) throw new RangeError(`a clock cannot go back from ${this.micros} to ${micros}`);
    this.micros = micros;
  }
}
