import type { Parameter } from '../parameter.js';
import { action, value } from './entry.js';

/** What is written down of what is played and heard. */
export const recordingParameters: readonly Parameter[] = [
  value({
    name: 'take-notes', scope: 'engine', type: 'integer', minimum: 0, default: 0, unit: 'notes', readOnly: true,
    description: 'Notes of the take so far, played and heard.',
  }),
  value({
    name: 'take-folder', scope: 'engine', type: 'text', default: '', unit: 'folder', readOnly: true,
    description: 'Where the take is written as it goes on; empty where nothing is recorded.',
  }),
  action({
    name: 'save-take', scope: 'engine', arguments: [{ name: 'file', type: 'text', optional: true }],
    description: 'Saves the take so far as a MIDI file: a track for each deck and one for what was heard, with tempos and markers.',
  }),
];
