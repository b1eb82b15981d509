import type { Parameter } from '../../engine/parameters/parameter.js';
import { table } from '../table.js';

/** What may be written behind an address, e.g. `20…999 beats per minute`, `on|off`, `pack [boundary]`. */
export function usageOf(entry: Parameter): string {
  if (entry.kind === 'action') {
    return [...entry.arguments.map(({ name, optional }) => (optional ? `[${name}]` : `<${name}>`)), ...(entry.words ? ['[…]'] : [])].join(' ');
  }
  const { type, minimum, maximum, choices, unit, readOnly } = entry;
  const range = choices ? choices.join('|') : type === 'boolean' ? 'true|false' : rangeOf(type, minimum, maximum);
  return [range, unit, readOnly ? '(read only)' : ''].filter((word) => word !== '').join(' ');
}

/** Every entry of the table, for `continuo ctl --help`: no engine is asked. */
export function tableHelp(entries: readonly Parameter[]): string {
  const rows = (kind: Parameter['kind']): string =>
    table(entries.filter((entry) => entry.kind === kind).map((entry) => [`  ${entry.scope === 'deck' ? 'deck/<number>/' : ''}${entry.name}`, usageOf(entry)]));
  return `\nValues (get, set, watch):\n${rows('value')}\nActions (invoke):\n${rows('action')}\nWhat each is: docs/protocol.md, or \`continuo ctl list\` while the engine runs.`;
}

function rangeOf(type: string, minimum: number | undefined, maximum: number | undefined): string {
  if (minimum !== undefined && maximum !== undefined) return `${minimum}…${maximum}`;
  return minimum === undefined ? type : `${type} from ${minimum}`;
}
