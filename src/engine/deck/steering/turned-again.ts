import type { Beats } from '../../music/units.js';
import type { Score } from '../../music/score.js';
import { sameBeat, type Knobs, type TakeLog, type Turning } from '../take-log.js';

/**
 * The knobs of a take that is replayed, as they stood where it is composed again. Beats are the composer's, which are the same
 * in both. Thread: main.
 */
export class TurnedAgain {
  /** What the take began with. */
  readonly history: Score | undefined;
  readonly fromBeat: Beats;
  private readonly turnings: readonly Turning[];
  private readonly inHand = new Set<string>();
  /** Up to where knobs are turned by themselves. */
  readonly endBeat: Beats;

  /** @param moved knobs that stood, at any time, otherwise than they do now; the others are let be. */
  constructor({ opening, turnings: all, writtenFrom }: TakeLog, present: Knobs) {
    this.history = opening?.history;
    this.fromBeat = opening?.atBeat ?? writtenFrom;
    this.endBeat = writtenFrom;
    const moved = new Set(all.flatMap(({ knobs }) => [...knobs].flatMap(([name, value]) => (present.get(name) === value ? [] : [name]))));
    this.turnings = all.map((turning) => ({ ...turning, knobs: new Map([...turning.knobs].filter(([name]) => moved.has(name))) }));
  }

  /** The performer has turned a knob: it is his from now on. */
  take(name: string): void {
    this.inHand.add(name);
  }

  /** Where the knobs stood that were moved. */
  at(beat: Beats): Knobs {
    const past = this.turnings.filter((turning) => turning.beat <= beat + sameBeat);
    return new Map(past.flatMap(({ knobs }) => [...knobs]).filter(([name]) => !this.inHand.has(name)));
  }

  /** Where they stood otherwise next, or what is composed is to begin anew. */
  nextAfter(beat: Beats): Beats {
    return this.turnings.find((turning) => turning.beat > beat + sameBeat)?.beat ?? Infinity;
  }

  /** Whether what was composed from a beat on had been taken back there. */
  isAnewAt(beat: Beats): boolean {
    return this.turnings.some((turning) => turning.isAnew && Math.abs(turning.beat - beat) <= sameBeat);
  }
}
