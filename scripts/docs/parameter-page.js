import { markdownTable } from './markdown-table.js';

/**
 * docs/parameters.md as the parameter table makes it. Nothing in it is written by hand.
 * @param {readonly object[]} table entries of src/engine/parameters/table.ts
 * @param {Readonly<Record<string, number>>} errorCodes of src/engine/errors.ts
 * @returns {string} Markdown
 */
export function parameterPage(table, errorCodes) {
  const values = (scope) => table.filter((entry) => entry.scope === scope && entry.kind === 'value');
  const actions = (scope) => table.filter((entry) => entry.scope === scope && entry.kind === 'action');
  return `# Parameters and actions

<!-- Written by \`npm run docs\` from the parameter table; a test compares the two. -->

Every control surface reads and writes the same table. An address is the name, with \`deck/<number>/\` before it for
what belongs to a deck (decks count from 1). Over OSC the address stands behind \`/continuo/\`: send a value to set it,
nothing to ask for it. Over WebSocket it is the \`address\` of a \`get\`, \`set\` or \`invoke\` message.

## The engine

${valueTable(values('engine'), '')}

${actionTable(actions('engine'), '')}

## Each deck

${valueTable(values('deck'), 'deck/1/')}

${actionTable(actions('deck'), 'deck/1/')}

## Error numbers

An error reaches its sender as \`/continuo/error <number> <text>\` over OSC, and as
\`{"type":"error","code":<number>,"text":"…"}\` over WebSocket. The text says what was wrong and what to do.

${markdownTable(['number', 'name'], Object.entries(errorCodes).map(([name, code]) => [String(code), name]))}
`;
}

function valueTable(entries, prefix) {
  const rows = entries.map((entry) => [
    `\`${prefix}${entry.name}\``,
    typeWords(entry),
    entry.readOnly ? 'read only' : `\`${String(entry.default)}\``,
    entry.unit,
    entry.description,
  ]);
  return markdownTable(['address', 'value', 'default', 'unit', 'what it is'], rows);
}

function actionTable(entries, prefix) {
  const rows = entries.map((entry) => [
    `\`${prefix}${entry.name}\``,
    entry.arguments.map((argument) => (argument.optional ? `[${argument.name}]` : argument.name)).join(' '),
    entry.description,
  ]);
  return markdownTable(['action', 'arguments', 'what happens'], rows);
}

function typeWords({ type, minimum, maximum, choices }) {
  if (choices) return choices.map((choice) => `\`${choice}\``).join(' ');
  if (minimum !== undefined && maximum !== undefined) return `${type} ${minimum}…${maximum}`;
  return minimum === undefined ? type : `${type} from ${minimum}`;
}
