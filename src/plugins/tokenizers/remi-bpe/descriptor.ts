import type { PluginDescriptor } from '../../../engine/contracts/plugin.js';
import { optionsSchema } from './options.js';

export const remiBpe: PluginDescriptor = {
  kind: 'tokenizer',
  name: 'remi-bpe',
  summary: 'Bars of tracks on a grid of sixteenths (REMI+), in 8192 ids learned by byte pair encoding.',
  capabilities: [
    'form:bars',
    'constraint:pitchRange',
    'constraint:velocityRange',
    'constraint:durationRange',
    'constraint:maximumRestBeats',
    'constraint:scale',
    'constraint:chord',
    'constraint:programs',
    'constraint:maximumPolyphony',
    'constraint:onsetsPerBeat',
    'constraint:forcedNotes',
    'constraint:tempo',
    'constraint:eventKinds',
  ],
  optionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};
