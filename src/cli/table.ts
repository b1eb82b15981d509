/**
 * Rows as aligned columns, two spaces apart. Where `width` is given, the last column is cut to fit it.
 *
 * @example table([['name', 'title'], ['x', 'Long']]) // → 'name  title\nx     Long\n'
 */
export function table(rows: readonly (readonly string[])[], width?: number): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => `${cut(row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd(), width)}\n`).join('');
}

function cut(line: string, width: number | undefined): string {
  return width === undefined || line.length <= width ? line : `${line.slice(0, width - 1).trimEnd()}…`;
}
