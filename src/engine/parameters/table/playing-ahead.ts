import { providerChoices } from '../../generation/onnx/providers.js';
import { boundaries } from '../boundaries.js';
import { mostDecks } from '../most-decks.js';
import type { Parameter } from '../parameter.js';
import { value } from './entry.js';

/** How far ahead every deck composes, and where swaps take effect. */
export const playingAheadParameters: readonly Parameter[] = [
  value({
    name: 'decks', scope: 'engine', type: 'integer', minimum: 1, maximum: mostDecks, default: 1, unit: 'decks',
    description: 'How many decks there are; more come with packs of their own, of fewer the last go and end their notes.',
  }),
  value({
    name: 'horizon', scope: 'engine', controller: 15, type: 'float', minimum: 1, maximum: 64, default: 8, unit: 'beats',
    description: 'How far ahead every deck composes; more where a pack takes longer to answer, and while the host stands.',
  }),
  value({
    name: 'commit', scope: 'engine', type: 'float', minimum: 0.25, maximum: 16, default: 1, unit: 'beats',
    description: 'How much of what is composed stands, whatever is changed; more where the answers of a pack take longer.',
  }),
  value({
    name: 'swap-at', scope: 'engine', controller: 116, type: 'choice', choices: boundaries, default: 'bar', unit: '',
    description: 'The boundary at which a loaded pack takes over.',
  }),
  value({
    name: 'provider', scope: 'engine', type: 'choice', choices: providerChoices, default: 'auto', unit: '',
    description: 'What packs that are loaded from now on compute on; `auto` takes a device where one works.',
  }),
];
