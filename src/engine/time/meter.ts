import type { Beats } from '../music/units.js';
import { phase } from './phase.js';

/** A time signature that holds from beat 0 both ways: bar 0 starts at beat 0, bar -1 ends there. */
export interface Meter {
  readonly numerator: number;
  /** 1, 2, 4, 8, 16 … */
  readonly denominator: number;
}

export const commonTime: Meter = { numerator: 4, denominator: 4 };

/** Length of a bar in quarter notes. @example beatsPerBar({ numerator: 6, denominator: 8 }) // → 3 */
export function beatsPerBar(meter: Meter): Beats {
  return (meter.numerator * 4) / meter.denominator;
}

/** The bar that `beat` is in. @example barAt(-0.5, commonTime) // → -1 */
export function barAt(beat: Beats, meter: Meter): number {
  const length = beatsPerBar(meter);
  return Math.round((beat - phase(beat, length)) / length);
}

/** The beat a bar starts on. @example barStart(2, commonTime) // → 8 */
export function barStart(bar: number, meter: Meter): Beats {
  return bar * beatsPerBar(meter);
}

/** Beats since the bar's start. @example beatInBar(-1, commonTime) // → 3 */
export function beatInBar(beat: Beats, meter: Meter): Beats {
  return phase(beat, beatsPerBar(meter));
}
