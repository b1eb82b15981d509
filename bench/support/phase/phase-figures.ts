import { percentile } from '../percentile.js';

/** How far from where they belong things came, in milliseconds; early is negative. */
export interface PhaseFigures {
  readonly count: number;
  /** With its sign: what a fixed offset makes good. */
  readonly p50: number;
  /** These without signs. */
  readonly p99: number;
  readonly max: number;
}

export function phaseFigures(errorsMicros: readonly number[]): PhaseFigures {
  const errors = errorsMicros.map((micros) => micros / 1000);
  const sizes = errors.map(Math.abs);
  return { count: errors.length, p50: percentile(errors, 0.5), p99: percentile(sizes, 0.99), max: sizes.reduce((most, size) => Math.max(most, size), 0) };
}
