import type { Parameter } from '../parameter.js';
import { action, value } from './entry.js';

/** What a model remembered, under names. */
export const deckStatesParameters: readonly Parameter[] = [
  value({
    name: 'states', scope: 'deck', type: 'text', default: '', unit: 'names', readOnly: true,
    description: 'The states that are kept, with commas between them.',
  }),
  action({
    name: 'keep-state', scope: 'deck', arguments: [{ name: 'name', type: 'text' }],
    description: 'Keeps what the model remembered where the music that is heard now came from, if its pack has such a memory.',
  }),
  action({
    name: 'recall-state', scope: 'deck',
    arguments: [{ name: 'name', type: 'text' }, { name: 'amount', type: 'float', optional: true }],
    description: 'Goes on from a kept state at the next bar that is not committed; `amount` 0…1 (default 1) is how far from the present state to it.',
  }),
  action({
    name: 'forget-state', scope: 'deck', arguments: [{ name: 'name', type: 'text' }],
    description: 'Forgets a kept state.',
  }),
];
