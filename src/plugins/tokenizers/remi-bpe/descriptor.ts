import { chooses, keeps, noteFields } from '../../../engine/contracts/constraint-capabilities.js';
import type { PluginDescriptor } from '../../../engine/contracts/plugin.js';
import { optionsSchema } from './options.js';

export const remiBpe: PluginDescriptor = {
  kind: 'tokenizer',
  name: 'remi-bpe',
  summary: 'Bars of tracks on a grid of sixteenths (REMI+), in 8192 ids learned by byte pair encoding.',
  capabilities: ['form:bars', ...keeps(...noteFields, 'programs', 'tempo', 'meter'), ...chooses('event', 'program', 'time', 'pitch', 'velocity', 'duration')],
  optionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};
