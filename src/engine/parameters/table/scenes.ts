import type { Parameter } from '../parameter.js';
import { action, value } from './entry.js';

/** The scenes of an evening. */
export const scenesParameters: readonly Parameter[] = [
  value({
    name: 'set-file', scope: 'engine', type: 'text', default: '', unit: 'file',
    description: 'The set list that holds. Setting it reads another; one that is not good is refused, and the old one holds on.',
  }),
  value({
    name: 'scenes', scope: 'engine', type: 'text', default: '', unit: 'names', readOnly: true,
    description: 'The scenes of the set in order, with commas between them.',
  }),
  value({
    name: 'scene', scope: 'engine', type: 'integer', minimum: 0, default: 0, unit: 'number', readOnly: true,
    description: 'The scene that was recalled last, from 1; 0 before the first.',
  }),
  value({
    name: 'scene-name', scope: 'engine', type: 'text', default: '', unit: 'name', readOnly: true,
    description: 'Its name.',
  }),
  value({
    name: 'scene-channel', scope: 'engine', type: 'integer', minimum: 0, maximum: 16, default: 16, unit: 'MIDI channel',
    description: 'Program changes on this channel recall scenes: program 1 the first; 0: none do.',
  }),
  action({
    name: 'recall', scope: 'engine', arguments: [{ name: 'scene', type: 'text' }, { name: 'boundary', type: 'text', optional: true }],
    description: 'Brings a scene about, by its number or its name, at the next boundary (default: its own `at`, else `swap-at`).',
  }),
  action({ name: 'next-scene', scope: 'engine', controller: 114, arguments: [], description: 'Recalls the scene after the one that was recalled last.' }),
  action({ name: 'previous-scene', scope: 'engine', controller: 115, arguments: [], description: 'Recalls the scene before the one that was recalled last.' }),
  action({
    name: 'save-scene', scope: 'engine', arguments: [{ name: 'name', type: 'text', optional: true }],
    description: 'Writes the packs that play and what has been set by hand into the set file: as the scene of that name, else as the one that came about last; refused without a name while another is on its way.',
  }),
];
