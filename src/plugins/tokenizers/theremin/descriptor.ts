import { chooses, keeps, noteFields } from '../../../engine/contracts/constraint-capabilities.js';
import type { PluginDescriptor } from '../../../engine/contracts/plugin.js';
import { optionsSchema } from './options.js';

export const theremin: PluginDescriptor = {
  kind: 'tokenizer',
  name: 'theremin',
  summary: 'Notes as characters of four bytes, cut into pieces by a SentencePiece model, as Theremin Midi has them.',
  capabilities: ['form:pieces', ...keeps(...noteFields), ...chooses('event', 'pitch', 'duration', 'time')],
  // Only notes that no piece has are spelled, and their parts chosen one by one: too few to be heard.
  lacks: () => chooses('pitch', 'duration', 'time'),
  optionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};
