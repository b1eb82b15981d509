import { usualLimits } from '../../scheduling/note-limits.js';
import type { Parameter } from '../parameter.js';
import { value } from './entry.js';

/** What a deck may let sound, whatever is written for it. */
export const deckLimitsParameters: readonly Parameter[] = [
  value({
    name: 'most-sounding', scope: 'deck', type: 'integer', minimum: 1, maximum: 255, default: usualLimits.mostSounding, unit: 'notes',
    description: 'Most notes of the deck that sound at once on an output; one more ends the oldest. For what the pack writes see `polyphony`.',
  }),
  value({
    name: 'longest-sounding', scope: 'deck', type: 'float', minimum: 0.1, maximum: 600, default: usualLimits.longestMicros / 1e6, unit: 'seconds',
    description: 'No note sounds longer, however slow the music is. For what the pack writes see `longest-note`.',
  }),
  value({
    name: 'stolen', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'notes', readOnly: true,
    description: 'Notes ended because more than `most-sounding` would have sounded, counted once for every output.',
  }),
  value({
    name: 'cut', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'notes', readOnly: true,
    description: 'Notes ended because they would have sounded for more than `longest-sounding`, counted once for every output.',
  }),
];
