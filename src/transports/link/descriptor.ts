import type { PluginDescriptor } from '../../engine/contracts/plugin.js';
import { linkOptionsSchema } from './options.js';

export const linkTransport: PluginDescriptor = {
  kind: 'transport',
  name: 'link',
  summary: 'Ableton Link: tempo, beat, bar, start and stop in common with every program on the network that speaks it.',
  capabilities: ['sync-source', 'control-surface'],
  optionsSchema: linkOptionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};

export default linkTransport;
