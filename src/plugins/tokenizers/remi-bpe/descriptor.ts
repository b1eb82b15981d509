import { chooses, keeps, noteFields } from '../../../engine/contracts/constraint-capabilities.js';
import type { PluginDescriptor } from '../../../engine/contracts/plugin.js';
import { optionsSchema, type RemiOptions } from './options.js';

export const remiBpe: PluginDescriptor = {
  kind: 'tokenizer',
  name: 'remi-bpe',
  summary: 'Bars of tracks on a grid of sixteenths (REMI+), in 8192 ids learned by byte pair encoding.',
  capabilities: ['form:bars', ...keeps(...noteFields, 'programs', 'earliestBeat', 'tempo', 'meter'), ...chooses('event', 'program', 'time', 'pitch', 'velocity', 'duration')],
  // Most of the learned ids begin a note, and say when it comes and how long it is with it.
  lacks: (options, events) => [
    ...((options as RemiOptions).encoding === 'bpe' ? chooses('time', 'duration') : []),
    ...(events.length === 0 || events.includes('tempo') ? [] : keeps('tempo')),
    ...((options as RemiOptions).program === undefined && (events.length === 0 || events.includes('program')) ? [] : [...keeps('programs'), ...chooses('program')]),
  ],
  optionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};
