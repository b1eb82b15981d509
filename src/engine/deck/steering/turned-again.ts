import type { Beats } from '../../music/units.js';
import type { Score } from '../../music/score.js';
import { sameBeat, type Knobs, type TakeLog, type Turning } from '../take-log.js';

const knownPlaces = 2;

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
  /** Where the knobs stood after the first turnings, so many of them, at the places asked for last. */
  private known: readonly { readonly count: number; readonly knobs: Knobs }[] = [];
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
    this.known = [];
  }

  /** Where the knobs stood that were moved. The same object while they stand so. */
  at(beat: Beats): Knobs {
    const count = this.countUntil(beat);
    // What is composed and what is heard are asked for in turns.
    const known = this.known.find((each) => each.count === count);
    if (known) return known.knobs;
    const [behind] = this.known.filter((each) => each.count < count).sort((one, other) => other.count - one.count);
    const knobs = new Map(behind?.knobs);
    for (const turning of this.turnings.slice(behind?.count ?? 0, count)) {
      for (const [name, value] of turning.knobs) if (!this.inHand.has(name)) knobs.set(name, value);
    }
    this.known = [{ count, knobs }, ...this.known].slice(0, knownPlaces);
    return knobs;
  }

  /** Where they stood otherwise next, or what is composed is to begin anew. */
  nextAfter(beat: Beats): Beats {
    return this.turnings.at(this.countUntil(beat))?.beat ?? Infinity;
  }

  /** Whether what was composed from a beat on had been taken back there. */
  isAnewAt(beat: Beats): boolean {
    const last = this.turnings[this.countUntil(beat) - 1];
    return last !== undefined && last.isAnew && beat - last.beat <= sameBeat;
  }

  /** How many of the turnings, which are in order, lie at a beat or before it. */
  private countUntil(beat: Beats): number {
    let [low, high] = [0, this.turnings.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.turnings[middle].beat <= beat + sameBeat) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
