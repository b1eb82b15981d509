import { commonTime, type MiditokFormat, type MiditokMeter } from './format.js';

/**
 * Time of a stream in whole units, the same in all meters: every position of every meter falls on one.
 * @example grid.positionLength(meter) * grid.format.positionsPerBeat // → units of the meter's own beat
 */
export class StreamGrid {
  /** Units of a quarter note. */
  readonly unitsPerBeat: number;
  /** The meter in force before a stream says one. */
  readonly firstMeter: number;
  private readonly meters: readonly MiditokMeter[];
  private readonly denominator: number;
  private readonly noteLengths: readonly (readonly number[])[];

  constructor(readonly format: MiditokFormat) {
    const { config, meters, durations, positionsPerBeat } = format;
    const saysMeters = config.use_time_signatures && meters.length > 0;
    this.meters = saysMeters ? meters : [commonTime];
    this.firstMeter = saysMeters ? format.firstMeter : 0;
    this.denominator = this.meters.reduce((multiple, { denominator }) => leastCommonMultiple(multiple, denominator), 4);
    this.unitsPerBeat = (positionsPerBeat * this.denominator) / 4;
    this.noteLengths = this.meters.map((_, meter) =>
      durations.map(({ beat, position, resolution }) => {
        const positions = ((beat * resolution + position) * positionsPerBeat) / resolution;
        // What ends between two units still sounds in the first of them.
        return Math.ceil(positions * this.positionLength(meter) - 1e-6);
      }),
    );
  }

  positionLength(meter: number): number {
    return this.denominator / this.meters[meter].denominator;
  }

  barLength(meter: number): number {
    return this.meters[meter].numerator * this.format.positionsPerBeat * this.positionLength(meter);
  }

  /** @param duration its index in the format's table */
  noteLength(duration: number, meter: number): number {
    return this.noteLengths[meter][duration];
  }
}

function leastCommonMultiple(a: number, b: number): number {
  return (a / greatestCommonDivisor(a, b)) * b;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
