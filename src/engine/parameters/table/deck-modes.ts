import { playModes } from '../../deck/modes/play-mode.js';
import { boundaries } from '../boundaries.js';
import type { Parameter } from '../parameter.js';
import { action, value } from './entry.js';

/** What a deck makes of what it hears. */
export const deckModesParameters: readonly Parameter[] = [
  value({
    name: 'play-mode', scope: 'deck', controller: 107, type: 'choice', choices: playModes, default: 'continue', unit: '',
    description: 'What the deck makes of what it hears: `continue` plays alone, `answer` listens and answers, `accompany` plays with it, `fill` plays in the bars that are left empty, `query` says single notes when it is asked.',
  }),
  value({
    name: 'answer-at', scope: 'deck', type: 'choice', choices: boundaries, default: 'bar', unit: '',
    description: 'Where an answer begins; `now`: as soon as it can.',
  }),
  value({
    name: 'answer-after', scope: 'deck', type: 'float', minimum: 0, maximum: 64, default: 1, unit: 'beats',
    description: 'An answer comes by itself after so much silence; 0: only at `take-over`.',
  }),
  value({
    name: 'answer-bars', scope: 'deck', type: 'integer', minimum: 0, maximum: 64, default: 4, unit: 'bars',
    description: 'How long an answer is, unless somebody plays into it; 0: until then.',
  }),
  value({
    name: 'follow-key', scope: 'deck', type: 'boolean', default: true, unit: '',
    description: 'Whether a deck that answers or accompanies takes the key of what is heard, where that is clear, in place of `key`.',
  }),
  action({
    name: 'query', scope: 'deck', arguments: [], words: true,
    description:
      'Answers with the next note: pitch, velocity, beats from now, length in beats, channel (0…15), and which of your wishes could not be met. ' +
      'Wishes are words with their values: `low-pitch`, `high-pitch`, `channel`, `earliest` and `latest` (beats from now), `low-velocity`, `high-velocity`, `shortest`, `longest` (beats), `polyphony`.',
  }),
  action({
    name: 'feed', scope: 'deck',
    arguments: [
      { name: 'pitch', type: 'integer' },
      { name: 'velocity', type: 'integer' },
      { name: 'beats-from-now', type: 'float', optional: true },
      { name: 'duration', type: 'float', optional: true },
      { name: 'channel', type: 'integer', optional: true },
    ],
    description: 'Tells a deck that is queried which note was played: the one it said, or another.',
  }),
  action({
    name: 'take-over', scope: 'deck', controller: 88, arguments: [{ name: 'boundary', type: 'text', optional: true }],
    description: 'Answers at the next boundary (default: `answer-at`), whether or not somebody plays.',
  }),
];
