import type { Parameter } from '../../engine/parameters/parameter.js';
import { argumentOf, type OscArgument } from './osc-argument.js';

/**
 * An entry of the table as name, value, name, value …, after its address. Names: `kind`, then of a value `type`, `access`,
 * `minimum`, `maximum`, `choices`, `default`, `unit`, of an action `arguments`; `controller`; `description`. What an entry
 * has not is left out.
 *
 * @example pairs of `bpm`: address 'bpm' kind 'value' type 'float' access 'read-write' minimum 20 maximum 999 …
 */
export function capabilityArguments(address: string, entry: Parameter): readonly OscArgument[] {
  const pairs: readonly (readonly [name: string, value: OscArgument | undefined])[] =
    entry.kind === 'value'
      ? [
          ['kind', argumentOf('value')],
          ['type', argumentOf(entry.type)],
          ['access', argumentOf(entry.readOnly ? 'read' : 'read-write')],
          ['minimum', entry.minimum === undefined ? undefined : argumentOf(entry.minimum, entry)],
          ['maximum', entry.maximum === undefined ? undefined : argumentOf(entry.maximum, entry)],
          ['choices', entry.choices && argumentOf(entry.choices.join(' '))],
          ['default', argumentOf(entry.default, entry)],
          ['unit', entry.unit === '' ? undefined : argumentOf(entry.unit)],
        ]
      : [
          ['kind', argumentOf('action')],
          ['arguments', argumentOf([...entry.arguments.map(({ name, type, optional }) => (optional ? `[${name}:${type}]` : `${name}:${type}`)), ...(entry.words ? ['…'] : [])].join(' '))],
        ];
  const common: typeof pairs = [
    ['controller', entry.controller === undefined ? undefined : argumentOf(entry.controller)],
    ['description', argumentOf(entry.description)],
  ];
  return [argumentOf(address), ...[...pairs, ...common].flatMap(([name, value]) => (value === undefined ? [] : [argumentOf(name), value]))];
}
