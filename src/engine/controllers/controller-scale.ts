import type { Parameter, ParameterValue, ValueParameter } from '../parameters/parameter.js';

/** Ranges that span at least this ratio are turned evenly by ratio, not by amount: a tempo, a number of beats. */
const logarithmicRatio = 16;
/** Whole numbers from 0 to this or more: the small ones matter most. */
const logarithmicCount = 1024;
const significantDigits = 6;

/**
 * Whether a knob can move it: a value with two ends, choices, or two states. Of actions, those that need no arguments, or
 * are given them.
 */
export function isSteerable(entry: Parameter, given: readonly ParameterValue[] = []): boolean {
  if (entry.kind === 'action') return entry.arguments.filter((argument) => !argument.optional).length <= given.length;
  if (entry.readOnly || entry.type === 'text') return false;
  return entry.type === 'boolean' || entry.type === 'choice' || (entry.minimum !== undefined && entry.maximum !== undefined);
}

/** Whether the value moves with the knob, rather than being switched by it. */
export function isContinuous(entry: Parameter): boolean {
  return entry.kind === 'value' && (entry.type === 'float' || entry.type === 'integer');
}

/** How a knob's way is laid out, as the docs say it. */
export function scaleOf(entry: ValueParameter): 'steps' | 'linear' | 'logarithmic' {
  if (entry.type !== 'float' && entry.type !== 'integer') return 'steps';
  const { minimum = 0, maximum = 0 } = entry;
  const byRatio = minimum > 0 && maximum / minimum >= logarithmicRatio;
  return byRatio || isLongCount(entry) ? 'logarithmic' : 'linear';
}

/**
 * The value where a knob stands, 0..1.
 *
 * @example valueAt(bpm, 0) // → 20
 * @example valueAt(swapAt, 1) // → '8-bars'
 */
export function valueAt(entry: ValueParameter, position: number): ParameterValue {
  if (entry.type === 'boolean') return position >= 0.5;
  if (entry.type === 'choice') {
    const choices = entry.choices ?? [];
    return choices[Math.min(choices.length - 1, Math.floor(position * choices.length))];
  }
  const { minimum = 0, maximum = 0 } = entry;
  if (position <= 0) return minimum;
  if (position >= 1) return maximum;
  const exact = between(entry, minimum, maximum, position);
  return entry.type === 'integer' ? Math.round(exact) : Number(exact.toPrecision(significantDigits));
}

/** Where a knob stands, 0..1, for a value. Steps stand in the middle of their share. */
export function positionOf(entry: ValueParameter, value: ParameterValue): number {
  if (entry.type === 'boolean') return value === true ? 1 : 0;
  if (entry.type === 'choice') {
    const choices = entry.choices ?? [];
    return (choices.indexOf(String(value)) + 0.5) / choices.length;
  }
  const { minimum = 0, maximum = 0 } = entry;
  const number = Math.min(maximum, Math.max(minimum, value as number));
  if (maximum === minimum) return 0;
  if (isLongCount(entry)) return Math.log1p(number) / Math.log1p(maximum);
  if (scaleOf(entry) === 'logarithmic') return Math.log(number / minimum) / Math.log(maximum / minimum);
  return (number - minimum) / (maximum - minimum);
}

function between(entry: ValueParameter, minimum: number, maximum: number, position: number): number {
  if (isLongCount(entry)) return Math.expm1(position * Math.log1p(maximum));
  if (scaleOf(entry) === 'logarithmic') return minimum * (maximum / minimum) ** position;
  return minimum + position * (maximum - minimum);
}

function isLongCount({ type, minimum, maximum = 0 }: ValueParameter): boolean {
  return type === 'integer' && minimum === 0 && maximum >= logarithmicCount;
}
