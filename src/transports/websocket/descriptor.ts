import type { PluginDescriptor } from '../../engine/contracts/plugin.js';
import { websocketOptionsSchema } from './options.js';

export const websocketTransport: PluginDescriptor = {
  kind: 'transport',
  name: 'websocket',
  summary: 'JSON over WebSocket: notes with their time ahead of it, every parameter, and what the engine plans and does.',
  capabilities: ['output', 'sync-source', 'control-surface'],
  optionsSchema: websocketOptionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};

export default websocketTransport;
