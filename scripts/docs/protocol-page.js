import { markdownTable } from './markdown-table.js';

/**
 * docs/protocol.md as the parameter table makes it. Nothing in its tables is written by hand.
 * @param {readonly object[]} table entries of src/engine/parameters/table.ts
 * @param {Readonly<Record<string, number>>} errorCodes of src/engine/errors.ts
 * @param {(entry: object) => string} scaleOf how a knob's way is laid out: of src/engine/controllers/controller-scale.ts
 * @returns {string} Markdown
 */
export function protocolPage(table, errorCodes, scaleOf) {
  const values = (scope) => table.filter((entry) => entry.scope === scope && entry.kind === 'value');
  const actions = (scope) => table.filter((entry) => entry.scope === scope && entry.kind === 'action');
  return `# Protocol: every address on every wire

<!-- Written by \`npm run docs\` from the parameter table; tests compare it with the table and with a running engine. -->

Every control surface reads and writes one table. An address is the name, with \`deck/<number>/\` before it for what belongs to
a deck (decks count from 1). What is said on each wire:

| to | OSC, UDP 57190 | WebSocket, \`ws://127.0.0.1:57190\` | OSCQuery, \`http://127.0.0.1:57193\` | command line |
| --- | --- | --- | --- | --- |
| read a value | \`/continuo/bpm\` | \`{"type":"get","address":"bpm"}\` | \`GET /continuo/bpm?VALUE\` | \`continuo ctl get bpm\` |
| set it | \`/continuo/bpm 128.\` | \`{"type":"set","address":"bpm","value":128}\` | the OSC message, in a binary frame | \`continuo ctl set bpm 128\` |
| trigger an action | \`/continuo/deck/1/load perlin\` | \`{"type":"invoke","address":"deck/1/load","arguments":["perlin"]}\` | the OSC message, in a binary frame | \`continuo ctl invoke deck/1/load perlin\` |
| hear changes | \`/continuo/listen deck/1/*\` | \`{"type":"listen","to":["deck/1/*"]}\` | \`{"COMMAND":"LISTEN","DATA":"/continuo/bpm"}\` | \`continuo ctl watch deck/1\` |
| hear no more | \`/continuo/unlisten\` | \`{"type":"unlisten"}\` | \`{"COMMAND":"IGNORE","DATA":"/continuo/bpm"}\` | Ctrl-C |
| ask what there is | \`/continuo/capabilities\` | \`{"type":"capabilities"}\` | \`GET /\` | \`continuo ctl list\` |
| be told what was wrong | \`/continuo/error 102 "bpm must be …"\` | \`{"type":"error","code":102,"text":"bpm must be …"}\` | \`/continuo/error 102 "bpm must be …"\` | the sentence, and exit code 1 |

\`continuo ctl\` without a command takes commands from its input, one a line (\`set bpm 128\`); with \`--json\` each is answered by one line.
What has blanks in it stands in quotes; the backslashes of a path stay, and single quotes keep also two in a row (\`'\\\\stage\\sets\\friday.yaml'\`).
It ends with exit code 1 where something was wrong, or the engine has gone.
A script's commands are done one after the other; what you type on a terminal is sent at once, also while a \`recall\` or \`load\` waits for its bar.

Addresses may be patterns as OSC 1.0 has them: \`deck/*/temperature\`, \`deck/1/{top-p,top-k}\`, \`deck/[1-3]/mute\`. More of each wire:
[OSC](../src/transports/osc/README.md), [WebSocket](../src/transports/websocket/README.md),
[OSCQuery](../src/transports/oscquery/README.md), [MIDI](../src/transports/midi/README.md).

The column OSC has the type tags: \`f\` float, \`i\` integer, \`s\` text. Numbers are taken in either type, and booleans as \`T\`, \`F\`, 1 or 0; a
boolean is told as \`i\` over OSC and as \`T\` or \`F\` over OSCQuery. The column CC has the MIDI controller that moves it before anything is
learned.

## The engine

${valueTable(values('engine'), '', scaleOf)}

${actionTable(actions('engine'), '')}

## Each deck

${valueTable(values('deck'), 'deck/1/', scaleOf)}

${actionTable(actions('deck'), 'deck/1/')}

## Knobs and buttons

Controllers come in at the MIDI input and at the \`controllerBoxes\` of the [MIDI wire](../src/transports/midi/README.md). Those of the engine
are heard on every channel, those of a deck on the channel of its number: CC 20 on channel 2 is the temperature of deck 2.

- A knob goes through the whole range of its value: evenly, or by ratio where the column says \`log\`; choices have equal shares, a
  switch is on from 64, an action happens when a button reaches 64.
- Where a knob says its fine half (CC n + 32) it has 16,384 steps.
- **Pick-up**: a knob moves its value only once it has come to where the value is, so that nothing jumps. \`pick-up\` turns it off.
- **Learn**: \`learn deck/1/density\`, then move a knob; with \`learn deck/1/load "perlin bar"\` a button loads a pack. \`unlearn\` takes it
  back. What is learned is kept in \`continuo-controllers.json\` beside the configuration (\`controllerFile\`), with its port, channel and number.

## Error numbers

The text says what was wrong and what to do.

${markdownTable(['number', 'name'], Object.entries(errorCodes).map(([name, code]) => [String(code), name]))}
`;
}

/** Type tags of OSC messages. */
const tags = { float: 'f', integer: 'i', boolean: 'i', text: 's', choice: 's' };

function valueTable(entries, prefix, scaleOf) {
  const rows = entries.map((entry) => [
    `\`${prefix}${entry.name}\``,
    typeWords(entry),
    entry.readOnly ? 'read only' : `\`${String(entry.default)}\``,
    entry.unit,
    `\`${tags[entry.type]}\``,
    entry.controller === undefined ? '' : `${entry.controller}${scaleOf(entry) === 'logarithmic' ? ' log' : ''}`,
    entry.description,
  ]);
  return markdownTable(['address', 'value', 'default', 'unit', 'OSC', 'CC', 'what it is'], rows);
}

function actionTable(entries, prefix) {
  const rows = entries.map((entry) => [
    `\`${prefix}${entry.name}\``,
    [...entry.arguments.map(({ name, optional }) => (optional ? `[${name}]` : name)), ...(entry.words ? ['…'] : [])].join(' '),
    entry.arguments.length === 0 ? '' : `\`${entry.arguments.map(({ type }) => tags[type]).join('')}\``,
    entry.controller === undefined ? '' : String(entry.controller),
    entry.description,
  ]);
  return markdownTable(['action', 'arguments', 'OSC', 'CC', 'what happens'], rows);
}

function typeWords({ type, minimum, maximum, choices }) {
  if (choices) return choices.map((choice) => `\`${choice}\``).join(' ');
  if (minimum !== undefined && maximum !== undefined) return `${type} ${minimum}…${maximum}`;
  return minimum === undefined ? type : `${type} from ${minimum}`;
}
