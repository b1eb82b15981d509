import type { Beats } from '../../../engine/music/units.js';
import { largestDuration, largestVelocity } from './note-character.js';
import { referenceStepsPerSecond, type ThereminOptions } from './options.js';

/** Middles of the velocities 0..62, 63..106, 107..127 that share a number. */
const cleanVelocities = [0, 32, 85, 117];
/** The reference divides by 10 where it should by 3. */
const referenceVelocities = [0, 12, 25, 38];
/** Holds whole steps, durations and half durations of the reference at 120 beats a minute. */
const finestTicksPerBeat = 63 * 31 * 8;
const usualTicksPerBeat = 480;
/** A duration 0 of the clean layout lasts half a unit. */
const shortestDuration = 0.5;
/** The reference sets this bit of every duration it writes. */
const referenceDurationBit = 4;

/** What the numbers in a note character stand for, under one set of options. */
export class NoteScale {
  readonly isReference: boolean;
  readonly isInSeconds: boolean;
  /** Ticks of decoded music: whole numbers of them make a step and half a duration, where that can be. */
  readonly ticksPerBeat: number;
  readonly stepBeats: Beats;
  private readonly unitBeats: Beats;
  private readonly velocities: readonly number[];

  constructor(readonly options: ThereminOptions) {
    const { compat, time, bpm, steps_per_beat, durations_per_beat } = options;
    this.isReference = compat === 'reference';
    this.isInSeconds = time === 'seconds';
    this.stepBeats = this.isInSeconds ? bpm / 60 / referenceStepsPerSecond : 1 / steps_per_beat;
    this.unitBeats = this.isInSeconds ? ((bpm / 60) * 10) / 31 : 1 / durations_per_beat;
    this.velocities = this.isReference ? referenceVelocities : cleanVelocities;
    this.ticksPerBeat = this.isInSeconds ? finestTicksPerBeat : ticksPerBeatFor(steps_per_beat, 2 * durations_per_beat);
  }

  /** Number 1..3 of a MIDI velocity. */
  velocityNumber(velocity: number): number {
    return Math.max(1, Math.min(largestVelocity, roundHalfEven((3 * roundHalfEven((100 * velocity) / 127)) / 100)));
  }

  /** MIDI velocity of a number 1..3. */
  velocity(number: number): number {
    return this.velocities[number];
  }

  /** Steps, not rounded, in a time in beats or seconds, whichever is counted. */
  steps(time: number): number {
    return time * (this.isInSeconds ? referenceStepsPerSecond : this.options.steps_per_beat);
  }

  /** Number 0..31 of a length in beats or seconds, whichever is counted. */
  durationNumber(length: number): number {
    const units = this.isInSeconds ? (100 * length) / 31 : length * this.options.durations_per_beat;
    if (this.isReference) return Math.min(largestDuration, roundHalfEven(units)) | referenceDurationBit;
    return units < (shortestDuration + 1) / 2 ? 0 : Math.max(1, Math.min(largestDuration, Math.round(units)));
  }

  /** The numbers that lengths of exactly these beats have, low to high: 0 is half a unit. */
  durationBeats(number: number): Beats {
    return (number === 0 ? shortestDuration : number) * this.unitBeats;
  }

  ticksOfSteps(steps: number): number {
    return Math.round(steps * this.stepBeats * this.ticksPerBeat);
  }

  /** The reference gives a note of duration 0 no length at all. */
  ticksOfDuration(number: number): number {
    if (this.isReference && number === 0) return 0;
    return Math.max(1, Math.round(this.durationBeats(number) * this.ticksPerBeat));
  }

  /** The beat that many steps after the start, as whole ticks give it. */
  beatOfSteps(steps: number): Beats {
    return this.ticksOfSteps(steps) / this.ticksPerBeat;
  }
}

/** @example roundHalfEven(2.5) // → 2, as Python rounds */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

function ticksPerBeatFor(a: number, b: number): number {
  if (!Number.isInteger(a) || !Number.isInteger(b)) return finestTicksPerBeat;
  const common = (a * b) / greatestCommonDivisor(a, b);
  return common > 0x7fff ? finestTicksPerBeat : common * Math.max(1, Math.round(usualTicksPerBeat / common));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
