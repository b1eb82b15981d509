import type { ConstraintField } from '../music/constraint.js';

const prefix = 'constraint:';

/** The capabilities of a tokenizer that keeps these wishes. @example keeps('scale') // → ['constraint:scale'] */
export function keeps(...fields: readonly ConstraintField[]): readonly string[] {
  return fields.map((field) => prefix + field);
}

/** The wishes that are among some capabilities. */
export function keptFields(capabilities: readonly string[]): readonly string[] {
  return capabilities.flatMap((word) => (word.startsWith(prefix) ? [word.slice(prefix.length)] : []));
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
