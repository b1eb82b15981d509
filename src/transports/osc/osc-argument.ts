import type { Parameter, ParameterValue } from '../../engine/parameters/parameter.js';
import { float } from './osc-format.js';

/** What node-osc's `encode` takes as one argument. */
export type OscArgument = { readonly type: 'i' | 'f' | 's'; readonly value: number | string };

const longestText = 1024;
const smallestInteger = -(2 ** 31);
const largestInteger = 2 ** 31 - 1;

/**
 * A value as an OSC argument. Booleans travel as 1 and 0, for Pure Data knows no T and F; a float stays a float when it
 * is whole; text loses NULs (they would end it early) and what is past 1024 characters.
 */
export function argumentOf(value: ParameterValue, entry?: Parameter): OscArgument {
  if (typeof value === 'boolean') return { type: 'i', value: value ? 1 : 0 };
  if (typeof value === 'string') return { type: 's', value: value.replaceAll('\0', '').slice(0, longestText) };
  const isFloat = entry?.kind === 'value' && entry.type === 'float';
  const fits = Number.isInteger(value) && value >= smallestInteger && value <= largestInteger;
  return fits && !isFloat ? { type: 'i', value } : float(value);
}
