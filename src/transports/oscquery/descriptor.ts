import type { PluginDescriptor } from '../../engine/contracts/plugin.js';
import { oscQueryOptionsSchema } from './options.js';

export const oscQueryTransport: PluginDescriptor = {
  kind: 'transport',
  name: 'oscquery',
  summary: 'Tells OSCQuery programs every address, its type, range and value over HTTP, and every change over WebSocket; found by mDNS.',
  capabilities: ['control-surface', 'discovery'],
  optionsSchema: oscQueryOptionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};

export default oscQueryTransport;
