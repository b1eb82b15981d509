import type { Parameter } from '../parameter.js';
import { value } from './entry.js';

/** What the engine hears people play. */
export const listeningParameters: readonly Parameter[] = [
  value({
    name: 'hear-notes', scope: 'engine', type: 'boolean', default: true, unit: '',
    description: 'Whether notes that come in are heard, while the transport runs: they are part of what every deck goes on from.',
  }),
  value({
    name: 'echo-window', scope: 'engine', type: 'float', minimum: 0, maximum: 500, default: 60, unit: 'milliseconds',
    description: 'A note that comes in within this time after the same one was sent is taken for its echo and left out; 0 hears everything.',
  }),
  value({
    name: 'heard', scope: 'engine', type: 'integer', minimum: 0, default: 0, unit: 'notes', readOnly: true,
    description: 'Notes heard, without echoes.',
  }),
  value({
    name: 'echoes', scope: 'engine', type: 'integer', minimum: 0, default: 0, unit: 'notes', readOnly: true,
    description: 'Notes that came in and were our own.',
  }),
];
