import type { Parameter } from '../parameter.js';
import { action, value } from './entry.js';

/** Packs that wait to play, and those that have played and can come back. */
export const deckWaitingParameters: readonly Parameter[] = [
  value({
    name: 'cue-memory', scope: 'engine', type: 'integer', minimum: 0, maximum: 65536, default: 1024, unit: 'MiB',
    description: 'What all packs may take that are cued or have played and can come back; on stage it begins as half of what is free, 4096 at most.',
  }),
  action({
    name: 'cue', scope: 'deck', arguments: [{ name: 'pack', type: 'text' }],
    description: 'Loads a pack and warms it up, so that a later `load` of it takes over at once; done when it waits.',
  }),
  action({
    name: 'uncue', scope: 'deck', arguments: [{ name: 'pack', type: 'text' }],
    description: 'Frees a pack that is cued.',
  }),
  action({
    name: 'back', scope: 'deck', controller: 89, arguments: [{ name: 'boundary', type: 'text', optional: true }],
    description: 'Lets the pack that played before take over again at the next boundary (default: `swap-at`), without loading it where it is still parked.',
  }),
  value({
    name: 'cued', scope: 'deck', type: 'text', default: '', unit: 'packs', readOnly: true,
    description: 'The packs that are loaded and wait to play, with commas between them.',
  }),
  value({
    name: 'parked', scope: 'deck', type: 'text', default: '', unit: 'packs', readOnly: true,
    description: 'The packs that have played and can come back without being loaded, the one that goes first when memory is needed at the beginning.',
  }),
];
