import type { Parameter } from '../parameter.js';
import { action, value } from './entry.js';

/** What leaves the house. */
export const sendingParameters: readonly Parameter[] = [
  value({
    name: 'sent', scope: 'engine', type: 'integer', minimum: 0, default: 0, unit: 'events', readOnly: true,
    description: 'Events sent on all outputs.',
  }),
  value({
    name: 'late', scope: 'engine', type: 'integer', minimum: 0, default: 0, unit: 'notes', readOnly: true,
    description: 'Notes sent 1 to 100 ms late.',
  }),
  value({
    name: 'dropped', scope: 'engine', type: 'integer', minimum: 0, default: 0, unit: 'notes', readOnly: true,
    description: 'Notes not sent because they were over 100 ms late or a queue was full.',
  }),
  value({
    name: 'sounding', scope: 'engine', type: 'integer', minimum: 0, default: 0, unit: 'notes', readOnly: true,
    description: 'Notes that sound now, counted once for every output.',
  }),
  value({
    name: 'outputs', scope: 'engine', type: 'text', default: 'all', unit: 'outputs', readOnly: true,
    description: 'The outputs that are open, with commas between them.',
  }),
  action({
    name: 'offset', scope: 'engine', arguments: [{ name: 'output', type: 'text' }, { name: 'milliseconds', type: 'float' }],
    description: 'Moves everything an output sends, notes and clock, until the end of the set; signed, positive plays later (its `offsetMilliseconds`).',
  }),
  action({ name: 'panic', scope: 'engine', controller: 119, arguments: [], description: 'Ends every note on every output at once and clears the queues.' }),
];
