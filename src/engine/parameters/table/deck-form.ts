import type { Parameter } from '../parameter.js';
import { action, value } from './entry.js';

/** Notes that are given to a deck, and what comes again. */
export const deckFormParameters: readonly Parameter[] = [
  action({
    name: 'force', scope: 'deck',
    arguments: [{ name: 'notes', type: 'text' }, { name: 'beat', type: 'float', optional: true }],
    description: 'Gives notes that must be played as they stand and are written around: `C4:1 E4+G4:0.5 r:0.5` or a JSON list; from `beat` on (default: the next bar that is not committed).',
  }),
  action({
    name: 'copy-bar', scope: 'deck',
    arguments: [{ name: 'back', type: 'integer' }, { name: 'bars', type: 'integer', optional: true }],
    description: 'Plays again, from the next bar that is not committed on, what was `back` bars before the one that is heard (0 is that itself), so many bars long (default 1).',
  }),
  action({
    name: 'recall-bar', scope: 'deck',
    arguments: [{ name: 'number', type: 'integer' }, { name: 'bars', type: 'integer', optional: true }],
    description: 'Plays again, from the next bar that is not committed on, what was in a bar by its number (1 begins at beat 0) and the bars after it (default 1).',
  }),
  action({
    name: 'forget-forced', scope: 'deck', arguments: [],
    description: 'Lets go of the notes that are forced, the bars that are to be copied and the plan of sections, as far as they are not committed.',
  }),
  value({
    name: 'forced', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'notes', readOnly: true,
    description: 'Notes that are forced and not heard yet.',
  }),
  action({
    name: 'plan', scope: 'deck',
    arguments: [{ name: 'sections', type: 'text' }, { name: 'bars', type: 'integer', optional: true }],
    description: "Sections from the next bar on that is not committed, such as `A A' B A`: a letter that comes again is played as it was, with `'` only its outline is; `*` at the end goes round. `bars` of each (default 8). Empty ends it.",
  }),
  value({
    name: 'section', scope: 'deck', type: 'text', default: '', unit: '', readOnly: true,
    description: "The section of the plan that is heard, such as `A' 2/4`; empty where there is none.",
  }),
];
