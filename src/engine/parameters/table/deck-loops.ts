import type { Parameter } from '../parameter.js';
import { action, value } from './entry.js';

/** Music that comes again. */
export const deckLoopsParameters: readonly Parameter[] = [
  action({
    name: 'freeze', scope: 'deck', arguments: [{ name: 'bars', type: 'float', optional: true }],
    description: 'Repeats the last bars (default: 1; 0.25…64) from the next bar on, while the pack waits.',
  }),
  action({
    name: 'thaw', scope: 'deck', arguments: [],
    description: 'Lets the pack of a frozen deck go on from the next bar, with what was repeated as part of its past.',
  }),
  value({
    name: 'frozen', scope: 'deck', type: 'float', minimum: 0, default: 0, unit: 'bars', readOnly: true,
    description: 'How many bars are repeated; 0 is none.',
  }),
  action({
    name: 'rewind', scope: 'deck', arguments: [{ name: 'bars', type: 'integer', optional: true }],
    description: 'Lets the music go on, at the next bar that is free, from where it was so many bars before (default: 1), as if what came since had not been played.',
  }),
  action({
    name: 'replay', scope: 'deck', arguments: [],
    description: 'Plays the take again from where the pack began it, note for note, with all that was done meanwhile.',
  }),
];
