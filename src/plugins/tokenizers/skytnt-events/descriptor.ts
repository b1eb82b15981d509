import { chooses, keeps, noteFields } from '../../../engine/contracts/constraint-capabilities.js';
import type { PluginDescriptor } from '../../../engine/contracts/plugin.js';
import { tokenAttributes, type TokenAttribute } from '../../../engine/contracts/tokenizer.js';
import { optionsSchema } from './options.js';

/** Kinds of event without which some things are never chosen. */
const kindOfAttribute: Readonly<Partial<Record<TokenAttribute, string>>> = { program: 'program', controller: 'control', value: 'control', tempo: 'tempo', other: 'meter' };

function unchosenAmong(events: readonly string[]): readonly TokenAttribute[] {
  return tokenAttributes.filter((attribute) => (attribute === 'event' ? events.length === 1 : !events.includes(kindOfAttribute[attribute] ?? 'note')));
}

function unsaidAmong(events: readonly string[]): readonly string[] {
  return [...(events.includes('program') ? [] : keeps('programs')), ...(events.includes('tempo') ? [] : keeps('tempo'))];
}

export const skytntEvents: PluginDescriptor = {
  kind: 'tokenizer',
  name: 'skytnt-events',
  summary: 'Whole MIDI events as rows of eight ids, exactly as SkyTNT midi-model writes them (v1 and v2).',
  capabilities: ['form:rows', 'form:flat', ...keeps(...noteFields, 'channels', 'programs', 'tempo'), ...chooses(...tokenAttributes)],
  lacks: (_options, events) => (events.length === 0 ? [] : [...chooses(...unchosenAmong(events)), ...unsaidAmong(events)]),
  optionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};
