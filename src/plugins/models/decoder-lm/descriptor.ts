import type { PluginDescriptor } from '../../../engine/contracts/plugin.js';
import { optionsSchema } from './options.js';

export const decoderLm: PluginDescriptor = {
  kind: 'model',
  name: 'decoder-lm',
  summary: 'Any causal transformer exported as an ONNX step graph whose keys and values the host keeps.',
  capabilities: [],
  optionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};
