import type { Micros } from '../music/units.js';
import { slopeOfBoundedNoise } from './bounded-noise.js';

/** What pulse times scatter by before any have been measured, and the least and most that is believed. */
const firstNoise: Micros = 500;
const leastNoise: Micros = 50;
const mostNoise: Micros = 2_000;
/** A change of tempo is seen when recent pulses miss their prediction by this many standard errors, all to one side. */
const changeThreshold = 4;
/** … and by at least this much, so that a clean clock is not restarted for nothing. */
const leastChange: Micros = 250;
const pulsesToPredict = 4;
/** How strongly a remembered tempo counts in a new window: as much as this many pulses of evidence. */
const rememberedPulses = 24;

/**
 * The straight line through the times of the last pulses (least squares, corrected where their noise has edges): its slope is the interval, its value at the
 * latest pulse is when that pulse should have come. The window grows to `windowPulses` while the line holds and is cut to
 * its newest part when recent pulses leave the line, so a steady tempo is averaged long and a change is followed at once.
 *
 * Thread: one. Blocks: no. Allocates: no.
 */
export class PulseRegression {
  private readonly indices: Float64Array;
  private readonly times: Float64Array;
  private readonly misses: Float64Array;
  private count = 0;
  private missCount = 0;
  private rememberedWeight = 0;
  private rememberedInterval: Micros = 0;
  private noise: Micros = firstNoise;
  private slope: Micros;
  private fitted: Micros = 0;

  /**
   * @param windowPulses the longest memory, >= 4
   * @param tailPulses how many recent pulses must agree that the tempo has changed, >= 3
   * @param interval assumed until two pulses have come
   */
  constructor(
    private readonly windowPulses: number,
    private readonly tailPulses: number,
    interval: Micros,
  ) {
    this.indices = new Float64Array(windowPulses);
    this.times = new Float64Array(windowPulses);
    this.misses = new Float64Array(tailPulses);
    this.slope = interval;
  }

  /** Pulses the line stands on. */
  get pulses(): number {
    return this.count;
  }

  /** Micros from a pulse to the next. */
  get interval(): Micros {
    return this.slope;
  }

  /** When pulse `index` came or will come, by the line. */
  timeOf(index: number): Micros {
    return this.fitted + (index - this.newestIndex) * this.slope;
  }

  /** Takes a pulse; `index` rises from call to call. */
  add(index: number, micros: Micros): void {
    const known = this.count >= pulsesToPredict || this.rememberedWeight > 0;
    // A line through few pulses predicts badly: its misses weigh less.
    if (known && this.count > 0) this.noteMiss((micros - this.timeOf(index)) / Math.sqrt(1 + 4 / this.count));
    this.append(index, micros);
    if (this.hasChanged()) this.cut();
    this.fit();
  }

  /** Forgets where the pulses were; `rememberTempo` lets the old interval count until the new pulses outweigh it. */
  restart(rememberTempo: boolean): void {
    const evidence = this.count < rememberedPulses ? this.count : rememberedPulses;
    if (!rememberTempo) this.rememberedWeight = 0;
    else if (evidence >= pulsesToPredict) {
      this.rememberedWeight = spreadOf(evidence);
      this.rememberedInterval = this.slope;
    }
    this.count = 0;
    this.missCount = 0;
  }

  private get newestIndex(): number {
    return this.count === 0 ? 0 : this.indices[this.count - 1];
  }

  private append(index: number, micros: Micros): void {
    if (this.count === this.windowPulses) this.keepNewest(this.windowPulses - 1);
    this.indices[this.count] = index;
    this.times[this.count] = micros;
    this.count += 1;
    if (spreadOf(this.count) > 4 * this.rememberedWeight) this.rememberedWeight = 0;
  }

  private noteMiss(miss: Micros): void {
    if (this.missCount === this.tailPulses) {
      this.learnNoise(this.misses[0]);
      this.misses.copyWithin(0, 1);
      this.missCount -= 1;
    }
    this.misses[this.missCount] = miss;
    this.missCount += 1;
  }

  /** Only misses that no change has claimed are noise: those that have left the tail. */
  private learnNoise(miss: Micros): void {
    const bounded = Math.min(Math.abs(miss), 3 * this.noise);
    const variance = this.noise ** 2 + (bounded ** 2 - this.noise ** 2) / 32;
    this.noise = Math.min(mostNoise, Math.max(leastNoise, Math.sqrt(variance)));
  }

  /** Whether the recent misses, the largest one left out as a stray, lie to one side of the line. */
  private hasChanged(): boolean {
    if (this.missCount < 3) return false;
    let sum = 0;
    let stray = 0;
    for (let at = 0; at < this.missCount; at += 1) {
      sum += this.misses[at];
      if (Math.abs(this.misses[at]) > Math.abs(stray)) stray = this.misses[at];
    }
    const others = this.missCount - 1;
    return Math.abs(sum - stray) / others > Math.max(leastChange, (changeThreshold * this.noise) / Math.sqrt(others));
  }

  /** A window that spans the change would blend two tempos: keep only the pulses that told of it. */
  private cut(): void {
    this.rememberedWeight = 0;
    this.missCount = 0;
    this.keepNewest(Math.min(this.count, this.tailPulses));
  }

  private keepNewest(keep: number): void {
    this.indices.copyWithin(0, this.count - keep, this.count);
    this.times.copyWithin(0, this.count - keep, this.count);
    this.count = keep;
  }

  private fit(): void {
    const newest = this.count - 1;
    let meanIndex = 0;
    let meanTime = 0;
    // Sums are taken from the newest pulse, because times are large and intervals small.
    for (let at = 0; at < this.count; at += 1) {
      meanIndex += this.indices[at] - this.indices[newest];
      meanTime += this.times[at] - this.times[newest];
    }
    meanIndex /= this.count;
    meanTime /= this.count;
    let spread = this.rememberedWeight;
    let covariance = this.rememberedWeight * this.rememberedInterval;
    for (let at = 0; at < this.count; at += 1) {
      const index = this.indices[at] - this.indices[newest] - meanIndex;
      spread += index * index;
      covariance += index * (this.times[at] - this.times[newest] - meanTime);
    }
    if (spread > 0) this.slope = covariance / spread;
    if (this.rememberedWeight === 0) this.slope = slopeOfBoundedNoise(this.indices, this.times, this.count, this.slope, spread);
    this.fitted = this.times[newest] + meanTime - this.slope * meanIndex;
  }
}

/** Sum of squared distances from their mean of `count` consecutive whole numbers. */
function spreadOf(count: number): number {
  return (count * (count * count - 1)) / 12;
}
