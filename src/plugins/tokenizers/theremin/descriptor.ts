import type { PluginDescriptor } from '../../../engine/contracts/plugin.js';
import { optionsSchema } from './options.js';

export const theremin: PluginDescriptor = {
  kind: 'tokenizer',
  name: 'theremin',
  summary: 'Notes as characters of four bytes, cut into pieces by a SentencePiece model, as Theremin Midi has them.',
  capabilities: [
    'form:pieces',
    'constraint:pitchRange',
    'constraint:velocityRange',
    'constraint:durationRange',
    'constraint:maximumRestBeats',
    'constraint:scale',
    'constraint:chord',
    'constraint:maximumPolyphony',
    'constraint:onsetsPerBeat',
    'constraint:forcedNotes',
    'constraint:eventKinds',
  ],
  optionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};
