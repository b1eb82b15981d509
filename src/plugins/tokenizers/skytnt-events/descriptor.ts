import { chooses, keeps, noteFields } from '../../../engine/contracts/constraint-capabilities.js';
import type { PluginDescriptor } from '../../../engine/contracts/plugin.js';
import { tokenAttributes } from '../../../engine/contracts/tokenizer.js';
import { optionsSchema } from './options.js';

export const skytntEvents: PluginDescriptor = {
  kind: 'tokenizer',
  name: 'skytnt-events',
  summary: 'Whole MIDI events as rows of eight ids, exactly as SkyTNT midi-model writes them (v1 and v2).',
  capabilities: ['form:rows', 'form:flat', ...keeps(...noteFields, 'channels', 'programs', 'tempo'), ...chooses(...tokenAttributes)],
  optionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};
