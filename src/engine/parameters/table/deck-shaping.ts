import { drumTreatments } from '../../deck/shaping/routing.js';
import { swingGrids } from '../../deck/shaping/swing.js';
import type { Parameter } from '../parameter.js';
import { value } from './entry.js';

/** How a deck plays what its pack writes, and where that goes. The pack never hears of it. */
export const deckShapingParameters: readonly Parameter[] = [
  value({
    name: 'outputs', scope: 'deck', type: 'text', default: 'all', unit: 'outputs',
    description: 'The outputs the deck plays on: `all`, or names with commas between; empty is none.',
  }),
  value({
    name: 'mute', scope: 'deck', controller: 85, type: 'boolean', default: false, unit: '',
    description: 'Whether the deck is silent. It composes on, and is heard at once when it may be.',
  }),
  value({
    name: 'solo', scope: 'deck', controller: 86, type: 'boolean', default: false, unit: '',
    description: 'Whether decks are silent that do not play solo.',
  }),
  value({
    name: 'gain', scope: 'deck', controller: 27, type: 'float', minimum: 0, maximum: 2, default: 1, unit: 'times',
    description: 'Factor on velocities; 0 is silence.',
  }),
  value({
    name: 'transpose', scope: 'deck', controller: 28, type: 'integer', minimum: -48, maximum: 48, default: 0, unit: 'semitones',
    description: 'How much higher the notes sound than they are written, drums excepted.',
  }),
  value({
    name: 'channel', scope: 'deck', type: 'integer', minimum: 0, maximum: 16, default: 0, unit: 'MIDI channel',
    description: 'The channel that all notes go to; 0 leaves them where the pack writes them.',
  }),
  value({
    name: 'drums', scope: 'deck', type: 'choice', choices: drumTreatments, default: 'as-written', unit: '',
    description: 'Whether drums stay on channel 10, go to `channel` like all else, or are left out.',
  }),
  value({
    name: 'program', scope: 'deck', type: 'integer', minimum: -1, maximum: 127, default: -1, unit: 'MIDI program, from 0',
    description: 'The program of every channel of the deck, drums excepted; -1 leaves it to the pack.',
  }),
  value({
    name: 'swing', scope: 'deck', controller: 29, type: 'float', minimum: 50, maximum: 75, default: 50, unit: '%',
    description: 'Share of a pair of notes that the first of them has: 50 is straight, 66.7 a triplet, 75 dotted.',
  }),
  value({
    name: 'swing-grid', scope: 'deck', type: 'choice', choices: Object.keys(swingGrids), default: 'eighths', unit: '',
    description: 'The notes that swing.',
  }),
  value({
    name: 'humanise-timing', scope: 'deck', controller: 102, type: 'float', minimum: 0, maximum: 50, default: 0, unit: 'milliseconds',
    description: 'How far each channel drifts around the beat, as a hand does.',
  }),
  value({
    name: 'humanise-velocity', scope: 'deck', controller: 103, type: 'integer', minimum: 0, maximum: 40, default: 0, unit: 'MIDI velocity',
    description: 'How much louder or softer single notes are than they are written.',
  }),
  value({
    name: 'accent', scope: 'deck', controller: 104, type: 'float', minimum: 0, maximum: 1, default: 0, unit: '',
    description: 'How much the beats of the bar stand out; with 1 the first is a third louder.',
  }),
];
