import { z } from 'zod';
import type { ParameterValue, ValueParameter } from '../../parameters/parameter.js';
import { deckLimitsParameters } from '../../parameters/table/deck-limits.js';
import { deckShapingParameters } from '../../parameters/table/deck-shaping.js';

/** Outputs are an array in a configuration. */
const startable = [...deckShapingParameters, ...deckLimitsParameters].filter(
  (entry): entry is ValueParameter => entry.kind === 'value' && entry.readOnly !== true && entry.name !== 'outputs',
);

/** What a configuration may say of a deck's shaping and limits: the parameters by their names, written as keys of JSON are (`swingGrid`). */
export const startValueSchemas: Readonly<Record<string, z.ZodOptional>> = Object.fromEntries(
  startable.map((entry) => [keyOf(entry), schemaOf(entry).optional()]),
);

/** The names and values of the parameters that a deck's part of a configuration sets. */
export function startValues(deck: Readonly<Record<string, unknown>>): readonly (readonly [name: string, value: ParameterValue])[] {
  return startable.flatMap((entry) => {
    const value = deck[keyOf(entry)] as ParameterValue | undefined;
    return value === undefined ? [] : [[entry.name, value] as const];
  });
}

function keyOf({ name }: ValueParameter): string {
  return name.replaceAll(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());
}

function schemaOf({ type, minimum = -Infinity, maximum = Infinity, choices = [] }: ValueParameter): z.ZodType<ParameterValue> {
  switch (type) {
    case 'boolean':
      return z.boolean();
    case 'choice':
      return z.enum([...choices]);
    case 'text':
      return z.string();
    case 'integer':
      return z.int().min(minimum).max(maximum);
    case 'float':
      return z.number().min(minimum).max(maximum);
  }
}
