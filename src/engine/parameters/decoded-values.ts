import { ContinuoError } from '../errors.js';
import type { ParameterValue } from './parameter.js';

/**
 * What a binary message was decoded to, as values of the table. A 32-bit float is taken at the seven digits it is good
 * for, so that 0.98 stays 0.98; nil is nothing, as buttons send it. Pure. Errors: `badMessage` for blobs and MIDI.
 */
export function decodedValues(values: readonly unknown[]): readonly ParameterValue[] {
  return values.filter((value) => value !== null).map((value) => {
    if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(7));
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    throw new ContinuoError('badMessage', 'An argument is neither a number, a text nor a boolean; blobs and MIDI mean nothing here.');
  });
}
