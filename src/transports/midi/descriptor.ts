import type { PluginDescriptor } from '../../engine/contracts/plugin.js';
import { midiOptionsSchema } from './options.js';

/** MIDI ports: notes and clock out, the host's clock in. */
export const midiTransport: PluginDescriptor = {
  kind: 'transport',
  name: 'midi',
  summary: 'Plays to and follows the clock of other programs and devices over MIDI ports.',
  capabilities: ['output', 'sync-source', ...(process.platform === 'win32' ? [] : ['virtual-ports'])],
  optionsSchema: midiOptionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};

export default midiTransport;
