import type { PluginDescriptor } from '../../../engine/contracts/plugin.js';
import { optionsSchema } from './options.js';

export const eventLm: PluginDescriptor = {
  kind: 'model',
  name: 'event-lm',
  summary: 'Two-level models of SkyTNT events: one net reads events, another spells the next; SkyTNT’s own files as they are.',
  capabilities: [],
  optionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};
