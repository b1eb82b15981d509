import type { PluginDescriptor } from '../../engine/contracts/plugin.js';
import { oscOptionsSchema } from './options.js';

export const oscTransport: PluginDescriptor = {
  kind: 'transport',
  name: 'osc',
  summary: 'Open Sound Control over UDP: notes for SuperCollider, SuperDirt, Pure Data and Max, and every parameter as an address.',
  capabilities: ['output', 'control-surface', 'sync-source'],
  optionsSchema: oscOptionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};

export default oscTransport;
