import { ContinuoError } from '../../engine/errors.js';
import type { ParameterValue } from '../../engine/parameters/parameter.js';

/**
 * `cps` and `cycle` of a `/dirt/play`, which is a list of names and values: the cycle at which its sound begins. It lets a
 * Tidal that plays SuperDirt lead with no more than a second target.
 * Errors: `badMessage` when it has not both.
 * @example cycleOfPlay(['s', 'bd', 'cps', 0.5, 'cycle', 12.25]) // → [0.5, 12.25]
 */
export function cycleOfPlay(values: readonly ParameterValue[]): readonly ParameterValue[] {
  const found = ['cps', 'cycle'].flatMap((name) => {
    for (let at = 0; at + 1 < values.length; at += 2) if (values[at] === name) return [values[at + 1]];
    return [];
  });
  if (found.length === 2) return found;
  throw new ContinuoError('badMessage', '/dirt/play leads the clock by its cps and cycle, and this one has not both.');
}
