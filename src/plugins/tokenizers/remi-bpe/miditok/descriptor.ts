import { chooses, keeps, noteFields } from '../../../../engine/contracts/constraint-capabilities.js';
import type { PluginDescriptor } from '../../../../engine/contracts/plugin.js';
import { optionsSchema } from './options.js';

export const miditok: PluginDescriptor = {
  kind: 'tokenizer',
  name: 'miditok',
  summary: 'Whatever a MidiTok tokenizer.json describes: REMI with programs or MMM, with or without BPE, with its own ids.',
  // What a tokenizer.json can say at best; a tokenizer's own `lacks` says what one file cannot.
  capabilities: ['live', ...keeps(...noteFields, 'programs', 'tempo', 'meter'), ...chooses('event', 'program', 'other', 'time', 'pitch', 'velocity', 'duration')],
  lacks: (_options, events) => (events.length === 0 || events.includes('program') ? [] : [...keeps('programs'), ...chooses('program')]),
  optionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};
