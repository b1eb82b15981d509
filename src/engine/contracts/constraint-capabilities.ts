import type { ConstraintField } from '../music/constraint.js';
import type { TokenAttribute } from './tokenizer.js';

const prefix = 'constraint:';
const choicePrefix = 'attribute:';

/** The ability of a composer that can say how likely it thinks what is to follow. */
export const foresees = 'foresees';

/** The capabilities of a tokenizer that keeps these wishes. @example keeps('scale') // → ['constraint:scale'] */
export function keeps(...fields: readonly ConstraintField[]): readonly string[] {
  return fields.map((field) => prefix + field);
}

/** The wishes that are among some capabilities. */
export function keptFields(capabilities: readonly string[]): readonly string[] {
  return capabilities.flatMap((word) => (word.startsWith(prefix) ? [word.slice(prefix.length)] : []));
}

/** The capabilities of a tokenizer whose ids choose these by themselves. @example chooses('pitch') // → ['attribute:pitch'] */
export function chooses(...attributes: readonly TokenAttribute[]): readonly string[] {
  return attributes.map((attribute) => choicePrefix + attribute);
}

/** The attributes that are chosen by themselves, among some capabilities. */
export function chosenAttributes(capabilities: readonly string[]): readonly string[] {
  return capabilities.flatMap((word) => (word.startsWith(choicePrefix) ? [word.slice(choicePrefix.length)] : []));
}

/** What every format of ours can say: which notes, how many of them and when. */
export const noteFields = [
  'pitchRange',
  'velocityRange',
  'durationRange',
  'maximumRestBeats',
  'scale',
  'chord',
  'maximumPolyphony',
  'onsetsPerBeat',
  'forcedNotes',
  'eventKinds',
] as const satisfies readonly ConstraintField[];
