import type { Parameter } from '../parameter.js';
import { value } from './entry.js';

/** How a deck keeps up. */
export const deckFiguresParameters: readonly Parameter[] = [
  value({
    name: 'speed', scope: 'deck', type: 'float', minimum: 0, default: 0, unit: 'times real time', readOnly: true,
    description: 'How fast the deck composes against the present tempo; below 1 it must rest.',
  }),
  value({
    name: 'context', scope: 'deck', type: 'float', minimum: 0, maximum: 100, default: 100, unit: '%', readOnly: true,
    description: 'How much of what its pack can look back on the deck does: less where it could not hold the tempo otherwise.',
  }),
  value({
    name: 'underruns', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'times', readOnly: true,
    description: 'Times the deck had to rest because nothing was composed in time.',
  }),
  value({
    name: 'in-time', scope: 'deck', type: 'float', minimum: 0, maximum: 1, default: 1, unit: 'share', readOnly: true,
    description: 'Share of the last 1024 sixteenths that had music when they were due (ISR).',
  }),
  value({
    name: 'staleness', scope: 'deck', type: 'float', minimum: 0, default: 0, unit: 'sixteenths', readOnly: true,
    description: 'How much older than your last change the music was on average, over those of them that had music.',
  }),
  value({
    name: 'in-time-weighted', scope: 'deck', type: 'float', minimum: 0, maximum: 1, default: 1, unit: 'share', readOnly: true,
    description: 'Both in one: a sixteenth without music counts 0, one that is stale by n counts 1 - n / 32 (ISRw).',
  }),
  value({
    name: 'missed', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'sixteenths', readOnly: true,
    description: 'Sixteenths without music, since the deck first played.',
  }),
  value({
    name: 'answer-time', scope: 'deck', type: 'float', minimum: 0, default: 0, unit: 'milliseconds', readOnly: true,
    description: 'How long 95 of 100 answers to a change take at most (RT95), measured as the pack loads and while it plays.',
  }),
  value({
    name: 'request-interval', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'sixteenths', readOnly: true,
    description: 'Changes are passed on to the pack at most once in so many sixteenths, as its answers allow (I).',
  }),
  value({
    name: 'request-length', scope: 'deck', type: 'integer', minimum: 1, default: 1, unit: 'sixteenths', readOnly: true,
    description: 'How much the pack is asked to answer a change with (GL).',
  }),
  value({
    name: 'losses', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'times', readOnly: true,
    description: 'Times the GPU or the server that the deck computes on was lost and something else went on.',
  }),
  value({
    name: 'round-trip', scope: 'deck', type: 'float', minimum: 0, default: 0, unit: 'milliseconds', readOnly: true,
    description: 'Where the pack computes on a server: how long half of its last answers took at most.',
  }),
  value({
    name: 'slow-round-trip', scope: 'deck', type: 'float', minimum: 0, default: 0, unit: 'milliseconds', readOnly: true,
    description: 'Where the pack computes on a server: how long 95 of 100 of its last answers took at most.',
  }),
  value({
    name: 'reconnects', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'times', readOnly: true,
    description: 'Times the server of the pack that plays had to be asked again.',
  }),
  value({
    name: 'timeouts', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'times', readOnly: true,
    description: 'Times the server of the pack that plays took longer than it should and was asked whether it lives.',
  }),
];
