import type { Beats } from '../../../engine/music/units.js';

export const beatsPerBar = 4;
export const slotsPerBeat = 4;
export const slotsPerBar = beatsPerBar * slotsPerBeat;
export const barsPerPhrase = 4;
export const beatsPerPhrase = beatsPerBar * barsPerPhrase;
const phrasesPerCycle = 8;
/** Bars of the field between two materials: near enough to be kin, far enough to be told apart. */
const materialStride = 3.7;
/** Bars the field moves on at each restatement, at a daring of 1. */
const restatementDrift = 0.12;

/** Where a phrase of four bars stands in the form: periods of two phrases, four of them (A A B A) to a cycle. */
export interface PhrasePlace {
  /** Counted from beat 0; negative before it. */
  readonly index: number;
  readonly startBeat: Beats;
  /** Opens a period (and ends open, on the dominant), or closes it. */
  readonly opens: boolean;
  /** The contrasting period of the cycle. */
  readonly bridge: boolean;
  readonly endsCycle: boolean;
  /** Where in the noise field its motif lies, in bars: the A periods of a cycle share it but for a little drift. */
  readonly material: number;
}

/** @example phraseAt(17.5, 1).startBeat // → 16 */
export function phraseAt(beat: Beats, daring: number): PhrasePlace {
  const index = Math.floor(beat / beatsPerPhrase);
  const cycle = Math.floor(index / phrasesPerCycle);
  const inCycle = index - cycle * phrasesPerCycle;
  const period = inCycle >> 1;
  const bridge = period === 2;
  return {
    index,
    startBeat: index * beatsPerPhrase,
    opens: inCycle % 2 === 0,
    bridge,
    endsCycle: inCycle === phrasesPerCycle - 1,
    material: (cycle * 2 + (bridge ? 1 : 0)) * materialStride + period * restatementDrift * daring,
  };
}
