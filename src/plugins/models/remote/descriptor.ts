import type { PluginDescriptor } from '../../../engine/contracts/plugin.js';
import { optionsSchema } from './options.js';

export const remote: PluginDescriptor = {
  kind: 'model',
  name: 'remote',
  summary: 'Any causal model on a server that speaks the open inference protocol (KServe v2 over REST).',
  capabilities: ['weightless'],
  optionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
  recovery: new URL('./await-return.js', import.meta.url).href,
};
