import type { ComposedSpan } from '../contracts/composer.js';
import type { Beats, Micros } from '../music/units.js';
import type { Entry } from './entry.js';
import type { SwapGround } from './hot-swap.js';
import { premiseBefore } from './premise.js';
import type { Voice } from './voice.js';

/** Music composed past the boundary before it is crossed: the newcomer's head start. */
export const headStartBeats: Beats = 2;

export interface Ready {
  /** The music from the beat on. */
  readonly span: ComposedSpan;
  /** How long the first of it took, from the question to the answer. */
  readonly answerMicros: Micros;
  /** And how long it took with the past that had to be heard before. */
  readonly readyMicros: Micros;
  /** How many wishes the performer had made before: it knows of none that came later. */
  readonly wishesKnown: number;
}

/** Lets a voice hear what the deck has played before a beat, or what its entry says instead, and compose past it. Errors: those of the composer. */
export async function makeReady(
  voice: Voice,
  atBeat: Beats,
  { clock, controls, plan, settings, wishesMade }: Pick<SwapGround, 'clock' | 'controls' | 'plan' | 'settings' | 'wishesMade'>,
  stopped: () => boolean,
  { values = new Map(), premise }: Entry = {},
): Promise<Ready> {
  const began = clock.now();
  const wishesKnown = wishesMade();
  const supposed = premise && premiseBefore(premise, atBeat, settings().beatsPerBar);
  await voice.composer.prime(plan.history(atBeat, controls.frameFor(voice), supposed), atBeat);
  const asked = clock.now();
  voice.take?.under({ knobs: controls.knobs(values) });
  const place = { fromBeat: atBeat, untilBeat: atBeat + headStartBeats, shift: 0 };
  const span = await voice.composer.compose(place.untilBeat, controls.readUnder(values, voice, place), stopped);
  const answered = clock.now();
  return { span, answerMicros: answered - asked, readyMicros: answered - began, wishesKnown };
}
