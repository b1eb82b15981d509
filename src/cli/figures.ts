/**
 * Measured figures for people: `name value` a line, nested ones indented, a list of alike records as a table.
 * @example figures({ lateness: { p50: 0.1234567 } }) // → 'lateness\n  p50                      0.1235'
 */
export function figures(value: object, indent = ''): string {
  return Object.entries(value)
    .map(([name, inner]: [string, unknown]) => {
      if (Array.isArray(inner) && inner.length > 0 && inner.every(isRecord)) return `${indent}${name}\n${rows(inner, `${indent}  `)}`;
      if (isRecord(inner)) return `${indent}${name}\n${figures(inner, `${indent}  `)}`;
      return `${indent}${name.padEnd(24)} ${figure(inner)}`;
    })
    .join('\n');
}

function rows(records: readonly Record<string, unknown>[], indent: string): string {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const cells = [names, ...records.map((record) => names.map((name) => figure(record[name])))];
  const widths = names.map((_name, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) => (indent + row.map((cell, column) => cell.padEnd(widths[column])).join('  ')).trimEnd()).join('\n');
}

function figure(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
  if (Array.isArray(value)) return value.map(figure).join(', ');
  return JSON.stringify(value) ?? '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
