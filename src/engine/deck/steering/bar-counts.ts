import { ContinuoError } from '../../errors.js';

/** Bars between what was played and what is given. */
const mostBetween = 64;

/** How many bars lie before one by its number, 1 .. Errors: `badValue`. */
export function barsBefore(number: number): number {
  if (number >= 1) return number - 1;
  throw new ContinuoError('badValue', `There is no bar ${number}: bars are counted from 1; choose one that has been played.`);
}

/** So many bars, to be filled. Errors: `badValue`. */
export function barsBetween(bars: number): number {
  if (bars >= 1 && bars <= mostBetween) return bars;
  throw new ContinuoError('badValue', `1 to ${mostBetween} bars can be filled, not ${bars}.`);
}
