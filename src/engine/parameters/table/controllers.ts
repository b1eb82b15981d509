import type { Parameter } from '../parameter.js';
import { action, value } from './entry.js';

/** Knobs and buttons, and what they move. */
export const controllerParameters: readonly Parameter[] = [
  action({
    name: 'learn', scope: 'engine', arguments: [{ name: 'address', type: 'text' }, { name: 'values', type: 'text', optional: true }],
    description: 'Puts an address on the next knob or button that is moved, and remembers it. `values`, with spaces between, are what an action is given. An empty address gives up.',
  }),
  action({
    name: 'unlearn', scope: 'engine', arguments: [{ name: 'address', type: 'text', optional: true }],
    description: 'Takes an address off the knobs it was put on, or all addresses.',
  }),
  value({
    name: 'learning', scope: 'engine', type: 'text', default: '', unit: 'address', readOnly: true,
    description: 'The address that waits for a knob.',
  }),
  value({
    name: 'learned', scope: 'engine', type: 'text', default: '', unit: 'knobs', readOnly: true,
    description: 'Every knob that was learned, as `address source channel/controller`, with commas between.',
  }),
  value({
    name: 'pick-up', scope: 'engine', type: 'boolean', default: true, unit: '',
    description: 'Whether a knob moves its value only once it has come to where the value is; else the value jumps to the knob.',
  }),
];
