import type { ConstraintField } from '../../music/constraint.js';

/** The parameters of a deck that speak through a field of the constraint, and so have no effect where a pack does not keep it. */
export const knobsOfField: Readonly<Partial<Record<ConstraintField, readonly string[]>>> = {
  pitchRange: ['low-pitch', 'high-pitch'],
  velocityRange: ['low-velocity', 'high-velocity'],
  durationRange: ['shortest-note', 'longest-note'],
  maximumRestBeats: ['longest-rest'],
  scale: ['scale', 'scale-root', 'scale-strength'],
  chord: ['chord', 'chord-strength'],
  maximumPolyphony: ['polyphony'],
  onsetsPerBeat: ['fewest-onsets', 'most-onsets'],
  channels: ['only-channels'],
  programs: ['only-programs'],
  tempo: ['host-tempo'],
  meter: ['host-meter'],
};

const fieldOfKnob = new Map(Object.entries(knobsOfField).flatMap(([field, knobs]) => knobs.map((knob) => [knob, field as ConstraintField] as const)));

/** Knobs whose being on by default is no wish of the performer's. */
const quiet: ReadonlySet<string> = new Set(['host-tempo', 'host-meter']);

/** The field a knob speaks through; `undefined` where every pack heeds it. */
export function fieldOf(knob: string): ConstraintField | undefined {
  return fieldOfKnob.get(knob);
}

/** The knobs that a pack keeps which keeps these fields, in the order of the table. */
export function keptKnobs(fields: readonly string[]): readonly string[] {
  return [...fieldOfKnob].flatMap(([knob, field]) => (fields.includes(field) ? [knob] : []));
}

/**
 * What has no effect on a pack, in one sentence: of the knobs that are turned (those away from their defaults) the ones it
 * cannot keep. `undefined` where it keeps them all.
 */
export function unkeptSentence(pack: string, fields: readonly string[], turned: readonly string[]): string | undefined {
  const unkept = turned.filter((knob) => {
    const field = fieldOf(knob);
    return field !== undefined && !quiet.has(knob) && !fields.includes(field);
  });
  if (unkept.length === 0) return undefined;
  return `The pack ${pack} cannot keep ${unkept.join(', ')}: its music is as it would be without.`;
}
