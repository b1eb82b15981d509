import type { MusicConstraint } from '../../music/constraint.js';
import { heardChord } from '../../music/heard-chord.js';
import { detectKey, type DetectedKey } from '../../music/key.js';
import type { Beats } from '../../music/units.js';
import type { ModeGround } from './mode-ground.js';

/** How far back the chord of the moment is heard, and the key. */
const chordBeats: Beats = 2;
const keyBeats: Beats = 64;
/** From here on a key is believed. */
const clearKey = 2;
/** How much less likely tones outside the chord and outside the scale are, as natural logarithms. */
const chordBias = 1.5;
const scaleBias = 2.5;
/** What is composed beyond what stands, no more: what lies further ahead would know less of the player. */
const shortHorizon: Beats = 2;
const majorSteps = [0, 2, 4, 5, 7, 9, 11];

/**
 * Plays with somebody: what he plays is part of what the deck goes on from as it comes in, what is not committed is composed
 * again, and the chord and the key of the moment are wished for. Thread: main. Blocks: no.
 */
export class AccompanyMode {
  /** Up to which onset the voice was told. */
  private told: Beats = -Infinity;

  constructor(private readonly ground: ModeGround) {}

  /** Has the voice hear what is new. Call it often. */
  look(): void {
    const { lastOnset } = this.ground.hearing;
    if (lastOnset <= this.told) return;
    this.told = lastOnset;
    this.ground.hearAgain();
  }

  moved(by: Beats): void {
    this.told += by;
  }

  /** How far ahead it composes. */
  get horizon(): Beats {
    const { ahead, position } = this.ground;
    return ahead.own(this.ground.freeFrom()) - position.beat() + shortHorizon;
  }

  /** Wishes for the chord and the scale that are heard, where the performer wishes for none. */
  harmonised(constraint: MusicConstraint): MusicConstraint {
    const now = this.ground.position.beat();
    const heard = this.ground.hearing.notesBetween(now - chordBeats - 16, now);
    const chord = heardChord(heard, now, chordBeats);
    const key = heardKey(this.ground);
    return {
      ...constraint,
      ...(chord && !constraint.chord && { chord: { pitchClasses: chord.pitchClasses, strict: false, bias: chordBias } }),
      ...(key && !constraint.scale && { scale: { pitchClasses: majorSteps.map((step) => (step + key.semitones) % 12), strict: false, bias: scaleBias } }),
    };
  }
}

/** The key of what was heard lately, where it is clear. */
export function heardKey({ hearing, position }: Pick<ModeGround, 'hearing' | 'position'>): DetectedKey | undefined {
  const now = position.beat();
  const key = detectKey(hearing.notesBetween(now - keyBeats, now));
  return key && key.clarity >= clearKey ? key : undefined;
}
