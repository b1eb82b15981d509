import type { ComposeControls } from '../../contracts/composer.js';
import type { PitchClassWish } from '../../music/constraint.js';
import { drumChannel, type Note } from '../../music/note.js';
import type { Beats } from '../../music/units.js';
import type { Plan } from '../plan.js';

/** What a bar is judged by. */
export interface BarWishes {
  readonly fromBeat: Beats;
  readonly beats: Beats;
  /** Notes a beat of the music before it; `undefined`: there is none. */
  readonly usualDensity: number | undefined;
  /** The bars before it, the last first, each as places of a bar. */
  readonly before: readonly ReadonlySet<string>[];
  readonly controls: Pick<ComposeControls, 'density' | 'constraint' | 'sampling'>;
}

/** Bars that a new one is compared with. */
const comparedBars = 8;
/** A density knob at its ends wishes for twice and half of what is usual. */
const densityReach = 2;
/** So much like one of the bars before it music should be that nobody asked to repeat itself, or not to. */
const usualLikeness = 0.35;
const likenessPerRepetition = 0.1;
const ticksPerBeat = 8;
const weights = { scale: 3, chord: 2, density: 1, likeness: 1.5, empty: 4 };

/** Where in a bar which pitch class begins: what two bars have in common that are alike. */
export function placesOf(notes: readonly Note[], fromBeat: Beats): ReadonlySet<string> {
  return new Set(notes.map((note) => `${Math.round((note.beat - fromBeat) * ticksPerBeat)}:${note.pitch % 12}`));
}

/** How well a bar answers to what is wished for; greater is better, 0 is perfect. */
export function judgeBar(notes: readonly Note[], wishes: BarWishes): number {
  const { fromBeat, beats, usualDensity, before, controls } = wishes;
  if (notes.length === 0) return -weights.empty;
  const { scale, chord } = controls.constraint;
  const aimed = usualDensity === undefined ? undefined : usualDensity * densityReach ** ((controls.density - 0.5) * 2);
  const offDensity = aimed === undefined || aimed === 0 ? 0 : Math.min(2, Math.abs(Math.log2(notes.length / beats / aimed)));
  const places = placesOf(notes, fromBeat);
  const likeness = before.reduce((most, other) => Math.max(most, alike(places, other)), 0);
  const likenessWished = Math.max(0, Math.min(1, usualLikeness + likenessPerRepetition * (controls.sampling.repetition ?? 0)));
  const offLikeness = before.length === 0 ? 0 : Math.abs(likeness - likenessWished);
  return 0 - (weights.scale * outside(notes, scale) + weights.chord * outside(notes, chord) + weights.density * offDensity + weights.likeness * offLikeness);
}

/** How well music that comes at a place answers to what is wished for, after what a plan has before it. */
export function judgeAfter(
  plan: Pick<Plan, 'from'>,
  notes: readonly Note[],
  { fromBeat, untilBeat, beatsPerBar }: { readonly fromBeat: Beats; readonly untilBeat: Beats; readonly beatsPerBar: number },
  controls: BarWishes['controls'],
): number {
  const past = plan.from(fromBeat - comparedBars * beatsPerBar).notes.filter((note) => note.beat < fromBeat);
  const starts = Array.from({ length: comparedBars }, (_unused, index) => fromBeat - (index + 1) * beatsPerBar);
  const bars = starts.map((start) => ({ start, notes: past.filter((note) => note.beat >= start && note.beat < start + beatsPerBar) }));
  const played = bars.filter((bar) => bar.notes.length > 0);
  return judgeBar(notes, {
    fromBeat,
    beats: untilBeat - fromBeat,
    usualDensity: played.length === 0 ? undefined : past.length / (played.length * beatsPerBar),
    before: played.map((bar) => placesOf(bar.notes, bar.start)),
    controls,
  });
}

/** Share of the pitched notes that are not what is wanted. */
function outside(notes: readonly Note[], wish: PitchClassWish | undefined): number {
  const pitched = notes.filter((note) => note.channel !== drumChannel);
  if (!wish || pitched.length === 0) return 0;
  return pitched.filter((note) => !wish.pitchClasses.includes(note.pitch % 12)).length / pitched.length;
}

/** What two sets have in common, of what they have together. */
function alike(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const common = [...one].filter((place) => other.has(place)).length;
  const together = one.size + other.size - common;
  return together === 0 ? 1 : common / together;
}
