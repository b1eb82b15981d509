import { InvalidArgumentError } from 'commander';
import { maximumBpm, minimumBpm } from '../engine/music/units.js';

/** A tempo from the command line. Errors: InvalidArgumentError with the range. */
export function parseBpm(text: string): number {
  return numberBetween(text, minimumBpm, maximumBpm, false);
}

/** A whole number from the command line, at least `minimum`. */
export function parseCount(minimum: number): (text: string) => number {
  return (text) => numberBetween(text, minimum, Number.MAX_SAFE_INTEGER, true);
}

/** A share of a whole from the command line, 0 to 1. */
export function parseShare(text: string): number {
  return numberBetween(text, 0, 1, false);
}

function numberBetween(text: string, minimum: number, maximum: number, whole: boolean): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < minimum || value > maximum || (whole && !Number.isInteger(value))) {
    const range = maximum === Number.MAX_SAFE_INTEGER ? `${minimum} or more` : `${minimum} to ${maximum}`;
    throw new InvalidArgumentError(`It must be a ${whole ? 'whole ' : ''}number, ${range}.`);
  }
  return value;
}
