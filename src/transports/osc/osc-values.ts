import type { Parameter, ParameterValue } from '../../engine/parameters/parameter.js';
import { ContinuoError } from '../../engine/errors.js';
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

/**
 * Decoded arguments as values of the table. A 32-bit float is taken at the seven digits it is good for, so that 0.98
 * stays 0.98; nil is nothing, as buttons send it. Errors: `badMessage` for blobs and MIDI.
 */
export function valuesOf(values: readonly unknown[]): readonly ParameterValue[] {
  return values.filter((value) => value !== null).map((value) => {
    if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(7));
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    throw new ContinuoError('badMessage', 'An argument is neither a number, a text nor a boolean; blobs and MIDI mean nothing here.');
  });
}
