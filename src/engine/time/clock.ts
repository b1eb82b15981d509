import type { Micros } from '../music/units.js';

/** Service identifier of the clock. */
export const Clock = Symbol.for('continuo.Clock');

/** The one clock of the engine: monotonic, shared by all threads of the process. */
export interface Clock {
  now(): Micros;
}

/** Readings of the two clocks that are compared; the closest pair counts. */
const originReadings = 20;

/** Where the zero of this thread's `performance.now` lies in the time of the process; right to half of what a reading takes. */
const originMicros = ((): Micros => {
  let origin = 0;
  let closest = Infinity;
  for (let reading = 0; reading < originReadings; reading += 1) {
    const before = process.hrtime.bigint();
    const own = performance.now() * 1000;
    const after = process.hrtime.bigint();
    const apart = Number(after - before) / 1000;
    if (apart >= closest) continue;
    closest = apart;
    origin = Number(before) / 1000 + apart / 2 - own;
  }
  return origin;
})();

/**
 * The time of the process (`process.hrtime`), read through the thread's own `performance.now`, which counts from another instant
 * but makes no big integer: the send thread reads it all the time. Thread: any. Blocks: no.
 */
export const monotonicClock: Clock = {
  now: () => performance.now() * 1000 + originMicros,
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
