import type { Parameter } from '../parameter.js';
import { action, value } from './entry.js';

const bars = { name: 'bars', type: 'integer', optional: true } as const;

/** Bars between what was played and what is given. */
export const deckFillParameters: readonly Parameter[] = [
  action({
    name: 'fill', scope: 'deck', arguments: [{ name: 'notes', type: 'text' }, bars],
    description:
      'Gives bars that come later, and fills the bars until then so that they lead into them: notes as for `force`, so many bars (default 2) after the next one that is not committed begins. ' +
      'Answers with the number of the bar in which they begin.',
  }),
  action({
    name: 'fill-to-bar', scope: 'deck', arguments: [{ name: 'number', type: 'integer' }, { name: 'length', type: 'integer', optional: true }, bars],
    description: 'The same with what was in a bar by its number (1 begins at beat 0), `length` bars of it (default 1).',
  }),
  action({
    name: 'fill-to-file', scope: 'deck', arguments: [{ name: 'file', type: 'text' }, bars],
    description: 'The same with the notes of a `.mid` file.',
  }),
  value({
    name: 'fill-as-before', scope: 'deck', type: 'boolean', default: true, unit: '',
    description: 'Where the music has come to what is given before, the bars between are those that led there then. Off: they are always composed.',
  }),
  value({
    name: 'fill-candidates', scope: 'deck', type: 'integer', minimum: 1, maximum: 16, default: 6, unit: 'times',
    description: 'Composes bars before given ones so many times where time is left, and plays those after which its pack thinks the given ones likeliest.',
  }),
];
