import type { PluginDescriptor } from '../../../../engine/contracts/plugin.js';
import { optionsSchema } from './options.js';

export const miditok: PluginDescriptor = {
  kind: 'tokenizer',
  name: 'miditok',
  summary: 'Whatever a MidiTok tokenizer.json describes: REMI with programs or MMM, with or without BPE, with its own ids.',
  capabilities: [
    'constraint:pitchRange',
    'constraint:velocityRange',
    'constraint:durationRange',
    'constraint:scale',
    'constraint:chord',
    'constraint:programs',
    'constraint:eventKinds',
  ],
  optionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};
