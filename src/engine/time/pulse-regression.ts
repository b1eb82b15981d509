import type { Micros } from '../music/units.js';
import { BoundedNoise } from './bounded-noise.js';
import { partLines, type Parting } from './tempo-change.js';

/** What pulse times scatter by before any have been measured, and the least and most that is believed. */
const firstNoise: Micros = 500;
const leastNoise: Micros = 80;
const mostNoise: Micros = 8_000;
/** A pulse that is off by more than so many standard deviations says no more than one that is off by as many. */
const strayDeviations = 3;
/** Two lines are believed when they lessen the squared misses by this many variances: three pulses that agree do, two strays don't. */
const changeGain = 38;
/** … and no longer when it is less than this: the pulses have come back to the line. */
const keptGain = 20;
const fewestAfterChange = 5;
/** How strongly a remembered tempo counts in a new window: as much as this many pulses of evidence. */
const rememberedPulses = 24;
const pulsesToRemember = 4;
/** How many pulses the noise is a mean over. */
const noiseMemory = 64;

/**
 * The straight line through the times of the last pulses (least squares, corrected where their noise has edges): its slope is
 * the interval, its value at the latest pulse is when that pulse should have come. A steady tempo is averaged over the whole
 * window. With every pulse it is asked whether two lines, one behind the other, would fit so much better that the tempo must have
 * changed; then the newer one counts. Where they part is asked anew with every pulse until the newer line is settled, and pulses
 * that come back to the older line undo it.
 *
 * Thread: one. Blocks: no. Allocates: no.
 */
export class PulseRegression {
  private readonly indices: Float64Array;
  private readonly times: Float64Array;
  /** How far the pulses are from the line that was fitted last. */
  private readonly misses: Float64Array;
  private readonly bounded: BoundedNoise;
  private readonly parting: Parting = { at: -1, gain: 0 };
  private count = 0;
  /** The first pulse of the line, among those that are kept. */
  private from = 0;
  private rememberedWeight = 0;
  private rememberedInterval: Micros = 0;
  private noise: Micros = firstNoise;
  private slope: Micros;
  private fitted: Micros = 0;
  private spread = 0;

  /**
   * @param windowPulses the longest memory, >= 8
   * @param settledPulses so many pulses after a change of tempo the ones before it are forgotten, >= 4
   * @param interval assumed until two pulses have come
   */
  constructor(
    private readonly windowPulses: number,
    private readonly settledPulses: number,
    interval: Micros,
  ) {
    this.indices = new Float64Array(windowPulses);
    this.times = new Float64Array(windowPulses);
    this.misses = new Float64Array(windowPulses);
    this.bounded = new BoundedNoise(windowPulses);
    this.slope = interval;
  }

  /** Pulses the line stands on. */
  get pulses(): number {
    return this.count - this.from;
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
    if (this.count === this.windowPulses) this.forget(1);
    this.indices[this.count] = index;
    this.times[this.count] = micros;
    this.count += 1;
    if (spreadOf(this.pulses) > 4 * this.rememberedWeight) this.rememberedWeight = 0;
    this.fit(0);
    if (this.rememberedWeight > 0) this.doubtMemory();
    this.part();
    this.learnNoise();
    this.correct();
  }

  /** Forgets where the pulses were; `rememberTempo` lets the old interval count until the new pulses outweigh it. */
  restart(rememberTempo: boolean): void {
    const evidence = Math.min(this.pulses, rememberedPulses);
    if (!rememberTempo) this.rememberedWeight = 0;
    else if (evidence >= pulsesToRemember) {
      this.rememberedWeight = spreadOf(evidence);
      this.rememberedInterval = this.slope;
    }
    this.count = 0;
    this.from = 0;
  }

  private get newestIndex(): number {
    return this.count === 0 ? 0 : this.indices[this.count - 1];
  }

  /** Finds the line that counts: the one through all pulses, or the newer one of two. */
  private part(): void {
    const wasParted = this.from > 0;
    this.from = 0;
    for (let start = 0; ; start = this.from) {
      const { parting } = this;
      partLines(this.indices, this.misses, start, this.count, fewestAfterChange, strayDeviations * this.noise, parting);
      const needed = wasParted && start === 0 ? keptGain : changeGain;
      if (parting.at < 0 || parting.gain < needed * this.noise ** 2) break;
      // Where it was is told best by how far off the pulses really are.
      partLines(this.indices, this.misses, start, this.count, fewestAfterChange, Infinity, parting);
      this.from = parting.at;
      this.rememberedWeight = 0;
      this.fit(this.from);
    }
    if (this.from > 0 && this.pulses >= this.settledPulses) this.forget(this.from);
  }

  private forget(pulses: number): void {
    this.indices.copyWithin(0, pulses, this.count);
    this.times.copyWithin(0, pulses, this.count);
    this.misses.copyWithin(0, pulses, this.count);
    this.count -= pulses;
    this.from = Math.max(0, this.from - pulses);
  }

  /** A remembered tempo that the pulses, strays aside, lean away from is another one. */
  private doubtMemory(): void {
    const bound = strayDeviations * this.noise;
    const newest = this.indices[this.count - 1];
    let x = 0;
    let xx = 0;
    let miss = 0;
    let xMiss = 0;
    for (let at = 0; at < this.count; at += 1) {
      const index = this.indices[at] - newest;
      const off = Math.max(-bound, Math.min(bound, this.misses[at]));
      x += index;
      xx += index * index;
      miss += off;
      xMiss += index * off;
    }
    const spread = xx - (x * x) / this.count;
    const covariance = xMiss - (x * miss) / this.count;
    if (this.count <= fewestAfterChange || covariance ** 2 < changeGain * this.noise ** 2 * spread) return;
    this.rememberedWeight = 0;
    this.fit(0);
  }

  /** Pulses that have just come may yet turn out to be those of another tempo: older ones tell the noise. */
  private learnNoise(): void {
    const at = this.count - 1 - 2 * fewestAfterChange;
    if (at < this.from + fewestAfterChange) return;
    const miss = Math.min(Math.abs(this.misses[at]), strayDeviations * this.noise);
    const variance = this.noise ** 2 + (miss ** 2 - this.noise ** 2) / noiseMemory;
    this.noise = Math.min(mostNoise, Math.max(leastNoise, Math.sqrt(variance)));
  }

  /** Least squares through the pulses from `from` on; the misses of all of them. */
  private fit(from: number): void {
    const newest = this.count - 1;
    const pulses = this.count - from;
    let meanIndex = 0;
    let meanTime = 0;
    // Sums are taken from the newest pulse, because times are large and intervals small.
    for (let at = from; at < this.count; at += 1) {
      meanIndex += this.indices[at] - this.indices[newest];
      meanTime += this.times[at] - this.times[newest];
    }
    meanIndex /= pulses;
    meanTime /= pulses;
    let spread = this.rememberedWeight;
    let covariance = this.rememberedWeight * this.rememberedInterval;
    for (let at = from; at < this.count; at += 1) {
      const index = this.indices[at] - this.indices[newest] - meanIndex;
      spread += index * index;
      covariance += index * (this.times[at] - this.times[newest] - meanTime);
    }
    if (spread > 0) this.slope = covariance / spread;
    this.spread = spread;
    const offset = meanTime - this.slope * meanIndex;
    this.fitted = this.times[newest] + offset;
    for (let at = from; at < this.count; at += 1) {
      this.misses[at] = this.times[at] - this.times[newest] - offset - this.slope * (this.indices[at] - this.indices[newest]);
    }
  }

  private correct(): void {
    if (this.rememberedWeight > 0) return;
    this.bounded.correct(this.indices, this.misses, this.from, this.count, this.spread);
    this.slope += this.bounded.slope;
    this.fitted += this.bounded.offset + this.newestIndex * this.bounded.slope;
  }
}

/** Sum of squared distances from their mean of `count` consecutive whole numbers. */
function spreadOf(count: number): number {
  return (count * (count * count - 1)) / 12;
}
