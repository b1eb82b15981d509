import type { Micros } from '../../engine/music/units.js';

const windowMicros = 4_000_000;
const bucketCount = 8;
const bucketMicros = windowMicros / bucketCount;
/** Quartz clocks of two devices differ by 200 ppm at the worst. */
const maximumDrift = 500e-6;
/** A delay that stays this much longer for this long is no busy loop: the driver lost count of a gap. */
const lostGapMicros = 50_000;
const lostGapPatienceMicros = 1_000_000;

/**
 * Rebuilds when messages reached the driver from the gaps the driver measured between them, on the engine's clock.
 *
 * A busy event loop can only make arrivals later, never earlier, so the least delay of the last seconds tells how
 * the driver's clock lies to ours. That offset follows at once when a message comes sooner than it allows, and
 * otherwise no faster than two clocks can drift: a loop that was blocked leaves no mark on the stamps.
 * Thread: the one the messages arrive on. Blocks: no. Allocates: no.
 */
export class DriverClock {
  readonly #leastDelay = new Float64Array(bucketCount).fill(Infinity);
  readonly #bucketTime = new Float64Array(bucketCount).fill(-Infinity);
  #driverMicros: Micros = 0;
  #offset: Micros | undefined;
  #lateSince: Micros | undefined;
  #leastWhileLate: Micros = Infinity;

  /**
   * @param deltaSeconds since the message before, by the driver; 0 for the first
   * @param arrival when the message reached us
   * @returns when it reached the driver; never after `arrival`, never before the stamp before it
   */
  stamp(deltaSeconds: number, arrival: Micros): Micros {
    const elapsed = Math.max(0, deltaSeconds) * 1e6;
    this.#driverMicros += elapsed;
    const delay = arrival - this.#driverMicros;
    this.#remember(delay, arrival);
    this.#offset = this.#disciplined(delay, elapsed, arrival);
    return this.#driverMicros + this.#offset;
  }

  #disciplined(delay: Micros, elapsed: Micros, arrival: Micros): Micros {
    if (this.#offset === undefined || delay <= this.#offset) {
      this.#lateSince = undefined;
      return delay;
    }
    if (delay - this.#offset < lostGapMicros) {
      this.#lateSince = undefined;
    } else if (this.#lateSince === undefined) {
      this.#lateSince = arrival;
      this.#leastWhileLate = delay;
    } else {
      this.#leastWhileLate = Math.min(this.#leastWhileLate, delay);
      if (arrival - this.#lateSince > lostGapPatienceMicros) return this.#startOver(this.#leastWhileLate);
    }
    return Math.min(this.#leastRemembered(arrival), this.#offset + elapsed * maximumDrift);
  }

  #startOver(offset: Micros): Micros {
    this.#bucketTime.fill(-Infinity);
    this.#lateSince = undefined;
    return offset;
  }

  #remember(delay: Micros, arrival: Micros): void {
    const bucketStart = Math.floor(arrival / bucketMicros) * bucketMicros;
    const index = (bucketStart / bucketMicros) % bucketCount;
    if (this.#bucketTime[index] !== bucketStart) {
      this.#bucketTime[index] = bucketStart;
      this.#leastDelay[index] = delay;
    } else if (delay < this.#leastDelay[index]) {
      this.#leastDelay[index] = delay;
    }
  }

  #leastRemembered(arrival: Micros): Micros {
    const since = arrival - windowMicros;
    let least = Infinity;
    for (let index = 0; index < bucketCount; index += 1) {
      if (this.#bucketTime[index] + bucketMicros > since && this.#leastDelay[index] < least) least = this.#leastDelay[index];
    }
    return least;
  }
}
