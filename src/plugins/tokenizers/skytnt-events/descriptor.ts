import type { PluginDescriptor } from '../../../engine/contracts/plugin.js';
import { optionsSchema } from './options.js';

export const skytntEvents: PluginDescriptor = {
  kind: 'tokenizer',
  name: 'skytnt-events',
  summary: 'Whole MIDI events as rows of eight ids, exactly as SkyTNT midi-model writes them (v1 and v2).',
  capabilities: [
    'form:rows',
    'form:flat',
    'constraint:pitchRange',
    'constraint:channels',
    'constraint:velocityRange',
    'constraint:durationRange',
    'constraint:maximumRestBeats',
    'constraint:scale',
    'constraint:chord',
    'constraint:programs',
    'constraint:maximumPolyphony',
    'constraint:onsetsPerBeat',
    'constraint:forcedNotes',
    'constraint:tempo',
    'constraint:eventKinds',
  ],
  optionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};
