import { ContinuoError } from '../errors.js';
import type { ActionArgument, ActionParameter, ParameterValue, ValueParameter } from './parameter.js';

/**
 * The value as the entry wants it: numbers from numeric text, booleans from 0/1, integers rounded by no one.
 * Errors: `badValue` with the range or the choices.
 */
export function validateValue(address: string, entry: ValueParameter, value: ParameterValue): ParameterValue {
  const typed = coerce(address, entry.type === 'choice' ? 'text' : entry.type, value);
  if (typeof typed === 'number') {
    const { minimum = -Infinity, maximum = Infinity } = entry;
    if (typed < minimum || typed > maximum) {
      throw new ContinuoError('badValue', `${address} must be ${minimum} to ${maximum}${entry.unit ? ` ${entry.unit}` : ''}, not ${typed}.`);
    }
  }
  if (entry.type === 'choice' && !entry.choices?.includes(typed as string)) {
    throw new ContinuoError('badValue', `${address} must be one of ${entry.choices?.join(', ')}, not "${typed}".`);
  }
  return typed;
}

/** The arguments of an action, each of its type; missing optional ones are left out. Errors: `badValue`. */
export function validateArguments(
  address: string,
  entry: ActionParameter,
  values: readonly ParameterValue[],
): readonly ParameterValue[] {
  const needed = entry.arguments.filter((argument) => !argument.optional).length;
  if (values.length < needed || (values.length > entry.arguments.length && !entry.words)) {
    const words = entry.arguments.map((argument) => (argument.optional ? `[${argument.name}]` : argument.name)).join(' ');
    throw new ContinuoError('badValue', `${address} takes ${words || 'no arguments'}, not ${values.length} argument${values.length === 1 ? '' : 's'}.`);
  }
  return values.map((value, index) => (index >= entry.arguments.length ? value : coerce(`${address} ${entry.arguments[index].name}`, entry.arguments[index].type, value)));
}

function coerce(address: string, type: ActionArgument['type'], value: ParameterValue): ParameterValue {
  switch (type) {
    case 'text':
      return String(value);
    case 'boolean':
      if (typeof value === 'boolean') return value;
      if (value === 0 || value === 1) return value === 1;
      if (value === 'true' || value === 'false') return value === 'true';
      throw new ContinuoError('badValue', `${address} must be true or false (or 1 or 0), not "${value}".`);
    case 'integer':
    case 'float': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isFinite(number)) {
        throw new ContinuoError('badValue', `${address} must be a number, not "${value}".`);
      }
      if (type === 'integer' && !Number.isInteger(number)) {
        throw new ContinuoError('badValue', `${address} must be a whole number, not ${number}.`);
      }
      return number;
    }
  }
}
