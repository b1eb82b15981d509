import { tokenAttributes, type TokenAttribute } from '../../contracts/tokenizer.js';
import type { Parameter } from '../parameter.js';
import { value } from './entry.js';

const chosen: Readonly<Record<TokenAttribute, string>> = {
  event: 'kinds of event, and pitches where the format begins a note with them',
  time: 'when a note comes',
  track: 'parts',
  channel: 'channels',
  pitch: 'pitches',
  velocity: 'loudness',
  duration: 'lengths',
  program: 'instruments',
  controller: 'controllers',
  value: 'controller values',
  tempo: 'tempos',
  other: 'everything else',
};

/** Daring by what is chosen. */
export const deckChoiceParameters: readonly Parameter[] = [
  ...tokenAttributes.map((attribute) =>
    value({
      name: `temperature-${attribute}`, scope: 'deck', type: 'float', minimum: 0, maximum: 4, default: 1, unit: 'times temperature',
      description: `Daring of the choice of ${chosen[attribute]}, where the pack tells it apart; 1 is the pack's own share.`,
    }),
  ),
  value({
    name: 'loop-limit', scope: 'deck', type: 'integer', minimum: 0, maximum: 8, default: 0, unit: 'times',
    description: 'A bar that has come this often among the last eight does not come again: it is composed more freely, with other seeds, until it is another; 0 sets no limit.',
  }),
  value({
    name: 'loops', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'times', readOnly: true,
    description: 'Times the music had come to go round in a bar.',
  }),
  value({
    name: 'candidates', scope: 'deck', type: 'integer', minimum: 1, maximum: 8, default: 1, unit: 'bars',
    description: 'Composes each bar so many times where time is left, and plays the one that keeps best to scale, density and `repetition`.',
  }),
  value({
    name: 'candidates-made', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'bars', readOnly: true,
    description: 'How many the last bar was chosen from; 1 where there was no time for more, 0 before the first.',
  }),
];
