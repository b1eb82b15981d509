import { chooses } from '../../contracts/constraint-capabilities.js';
import { tokenAttributes } from '../../contracts/tokenizer.js';
import type { ConstraintField } from '../../music/constraint.js';

/** The parameters of a deck that speak through a field of the constraint, and so have no effect where a pack does not keep it. */
const knobsOfField: Readonly<Partial<Record<ConstraintField, readonly string[]>>> = {
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

/** What a pack must be able to for a knob to mean something: a field of the constraint, or a capability of choosing by itself. */
const needOfKnob = new Map<string, string>([
  ...Object.entries(knobsOfField).flatMap(([field, knobs]) => knobs.map((knob) => [knob, field] as const)),
  ...tokenAttributes.map((attribute) => [`temperature-${attribute}`, chooses(attribute)[0]] as const),
]);

/** The knobs that not every pack heeds, in the order of the table. */
export const dependentKnobs: readonly string[] = [...needOfKnob.keys()];

/** Knobs whose being on by default is no wish of the performer's. */
const quiet: ReadonlySet<string> = new Set(['host-tempo', 'host-meter']);

/** The knobs that mean something to a pack that can do so much. */
export function keptKnobs(able: readonly string[]): readonly string[] {
  return dependentKnobs.filter((knob) => able.includes(needOfKnob.get(knob) ?? ''));
}

/**
 * What has no effect on a pack, in one sentence: of the knobs that are turned (those away from their defaults) the ones it
 * cannot keep. `undefined` where it keeps them all.
 */
export function unkeptSentence(pack: string, able: readonly string[], turned: readonly string[]): string | undefined {
  const unkept = turned.filter((knob) => {
    const need = needOfKnob.get(knob);
    return need !== undefined && !quiet.has(knob) && !able.includes(need);
  });
  if (unkept.length === 0) return undefined;
  return `The pack ${pack} cannot keep ${unkept.join(', ')}: its music is as it would be without.`;
}
