import type { Parameter } from '../parameter.js';
import { action, value } from './entry.js';

/** What a deck plays. */
export const deckPacksParameters: readonly Parameter[] = [
  value({
    name: 'pack', scope: 'deck', type: 'text', default: '', unit: 'pack', readOnly: true,
    description: 'The pack that plays.',
  }),
  value({
    name: 'state', scope: 'deck', type: 'choice', choices: ['empty', 'loading', 'playing', 'listening', 'resting', 'failed'], default: 'empty',
    unit: '', readOnly: true, description: 'What the deck is doing.',
  }),
  action({
    name: 'load', scope: 'deck',
    arguments: [{ name: 'pack', type: 'text' }, { name: 'boundary', type: 'text', optional: true }],
    description: 'Loads a pack and lets it take over at the next boundary (default: `swap-at`).',
  }),
];
