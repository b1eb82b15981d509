import { chooses, keeps, noteFields } from '../../../engine/contracts/constraint-capabilities.js';
import type { PluginDescriptor } from '../../../engine/contracts/plugin.js';
import { optionsSchema } from './options.js';

export const beatKmeans: PluginDescriptor = {
  kind: 'tokenizer',
  name: 'beat-kmeans',
  summary: 'Piano music beat by beat: a key, what it does in 48 frames from a codebook of three levels, its velocity.',
  capabilities: ['form:flat', ...keeps(...noteFields, 'earliestBeat', 'tempo'), ...chooses('event', 'tempo', 'duration', 'velocity')],
  optionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};
