import { ContinuoError } from '../errors.js';
import type { Micros } from '../music/units.js';

/** A stamp further from now than this is of another clock. */
const farthestMicros: Micros = 10_000_000;

/**
 * The time that a program has stamped something with, where it can be believed. Pure.
 *
 * @param stamped the subject of a sentence, such as "This beat is"
 * @param remedy what the program can do about it
 * Errors: `badValue` for a stamp of another clock.
 */
export function believedStamp(micros: Micros, now: Micros, stamped: string, remedy: string): Micros {
  if (Math.abs(micros - now) <= farthestMicros) return micros;
  throw new ContinuoError('badValue', `${stamped} ${Math.round((micros - now) / 1e6)} seconds from now: ${remedy}.`);
}
