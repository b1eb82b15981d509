import { steeringModes } from '../../contracts/model-steering.js';
import type { Parameter } from '../parameter.js';
import { action, value } from './entry.js';

/** What a performer turns while a deck plays. */
export const deckSteeringParameters: readonly Parameter[] = [
  value({
    name: 'temperature', scope: 'deck', controller: 20, type: 'float', minimum: 0, maximum: 2, default: 1, unit: '',
    description: 'Daring of the choice; 0 always takes the likeliest.',
  }),
  value({
    name: 'top-p', scope: 'deck', controller: 22, type: 'float', minimum: 0, maximum: 1, default: 0.98, unit: '',
    description: 'Chooses among the likeliest that make up this share.',
  }),
  value({
    name: 'top-k', scope: 'deck', type: 'integer', minimum: 0, maximum: 4096, default: 0, unit: 'tokens',
    description: 'Chooses among this many at most; 0 is off.',
  }),
  value({
    name: 'min-p', scope: 'deck', controller: 105, type: 'float', minimum: 0, maximum: 1, default: 0, unit: '',
    description: 'Leaves out what is less likely than this share of the likeliest; 0 is off.',
  }),
  value({
    name: 'repetition', scope: 'deck', controller: 23, type: 'float', minimum: -10, maximum: 10, default: 0, unit: '',
    description: 'Above 0 passages come back more often than the model thinks, below 0 less; 0 leaves it alone.',
  }),
  value({
    name: 'seed', scope: 'deck', type: 'integer', minimum: 0, maximum: 2147483647, default: 1, unit: '',
    description: 'Seed of the take: the same seed and the same doings give the same notes.',
  }),
  action({
    name: 'rethink', scope: 'deck', controller: 87, arguments: [],
    description: 'Throws away what is composed but not committed, and composes it again with the next seed.',
  }),
  value({
    name: 'key', scope: 'deck', controller: 26, type: 'integer', minimum: 0, maximum: 11, default: 0, unit: 'semitones above C',
    description: 'Key of the music, where the pack can transpose.',
  }),
  value({
    name: 'density', scope: 'deck', controller: 21, type: 'float', minimum: 0, maximum: 1, default: 0.5, unit: '',
    description: 'How many notes, where the pack can say; 0.5 is its own idea.',
  }),
  value({
    name: 'mode', scope: 'deck', controller: 106, type: 'choice', choices: steeringModes, default: 'any', unit: '',
    description: 'Major or minor, where the pack can say; `any` leaves it to the music.',
  }),
  value({
    name: 'style', scope: 'deck', type: 'text', default: '', unit: 'style',
    description: 'One of the styles of the pack, where it has some; empty is its own idea.',
  }),
  value({
    name: 'low-pitch', scope: 'deck', controller: 24, type: 'integer', minimum: 0, maximum: 127, default: 0, unit: 'MIDI pitch',
    description: 'Lowest pitch, drums excepted.',
  }),
  value({
    name: 'high-pitch', scope: 'deck', controller: 25, type: 'integer', minimum: 0, maximum: 127, default: 127, unit: 'MIDI pitch',
    description: 'Highest pitch, drums excepted.',
  }),
  value({
    name: 'host-tempo', scope: 'deck', type: 'boolean', default: true, unit: '',
    description: 'Whether the music is written for the tempo it plays in, where the pack can say; else for any it likes. It keeps to the beats either way.',
  }),
  value({
    name: 'host-meter', scope: 'deck', type: 'boolean', default: true, unit: '',
    description: 'Whether the music is written in the bars of the host (`beats-per-bar`), where the pack can say; else in any it likes.',
  }),
];
