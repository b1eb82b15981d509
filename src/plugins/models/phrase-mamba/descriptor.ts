import type { PluginDescriptor } from '../../../engine/contracts/plugin.js';
import { optionsSchema } from './options.js';

export const phraseMamba: PluginDescriptor = {
  kind: 'model',
  name: 'phrase-mamba',
  summary: 'Bars as points of a small space: a recurrent net goes from bar to bar without end, a decoder spells each.',
  capabilities: [],
  fileRoles: ['encoder', 'decoder', 'mamba', 'phrases', 'codes'],
  optionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};
