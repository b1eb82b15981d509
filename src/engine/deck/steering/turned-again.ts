import { sameBeat, type Beats } from '../../music/units.js';
import type { Knobs, Opening, RecalledState, TakeLog, Turning } from '../take-log.js';
import type { PlayedMusic } from '../take-music.js';

const knownPlaces = 2;

/**
 * A take that is replayed: what its composer was asked under and what was played, as it was where it is composed again. Beats are
 * the composer's, which are the same in both. Thread: main.
 */
export class TurnedAgain {
  readonly opening: Opening;
  readonly music: PlayedMusic;
  /** Up to where it is known what was played. */
  readonly playedUntil: Beats;
  /** Up to where knobs are turned by themselves. */
  readonly endBeat: Beats;
  private readonly turnings: readonly Turning[];
  private readonly recalled: readonly RecalledState[];
  private readonly inHand = new Set<string>();
  private left = false;
  /** Where the knobs stood after the first turnings, so many of them, at the places asked for last. */
  private known: readonly { readonly count: number; readonly knobs: Knobs }[] = [];

  /** @param present where the knobs stand now: those that stood so at all times are let be. */
  constructor(opening: Opening, take: TakeLog, present: Knobs) {
    const { turnings: all, recalled, writtenFrom, playedUntil } = take;
    this.opening = opening;
    this.music = take.played();
    this.playedUntil = playedUntil;
    this.endBeat = writtenFrom;
    this.recalled = recalled;
    const moved = new Set(all.flatMap(({ knobs }) => [...knobs].flatMap(([name, value]) => (present.get(name) === value ? [] : [name]))));
    this.turnings = all.map((turning) => ({ ...turning, knobs: new Map([...turning.knobs].filter(([name]) => moved.has(name))) }));
  }

  /** The performer has turned a knob: it is his from now on, and the music another. */
  take(name: string): void {
    this.inHand.add(name);
    this.known = [];
    this.leave();
  }

  /** The music goes its own way from now on. */
  leave(): void {
    this.left = true;
  }

  /** Whether it is still the take, and a replay that has come to `beat` is not yet all of it. */
  isBeyond(beat: Beats): boolean {
    return !this.left && beat < this.playedUntil - sameBeat;
  }

  /** Whether the very music of the take comes at a beat. */
  isPlayedAt(beat: Beats): boolean {
    return this.isBeyond(beat) && beat >= this.opening.atBeat - sameBeat;
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

  /** What the composer was asked under at a beat; `isHere`: from there on. */
  turningAt(beat: Beats): { readonly turning: Turning | undefined; readonly isHere: boolean } {
    const turning = this.turnings.at(this.countUntil(beat) - 1);
    return { turning, isHere: turning !== undefined && beat - turning.beat <= sameBeat };
  }

  /** States that it was given at a beat. */
  recalledAt(beat: Beats): readonly RecalledState[] {
    return this.recalled.filter((each) => Math.abs(each.beat - beat) <= sameBeat);
  }

  /** Where it was asked or told otherwise next. */
  nextAfter(beat: Beats): Beats {
    const recalled = this.recalled.find((each) => each.beat > beat + sameBeat)?.beat ?? Infinity;
    return Math.min(recalled, this.turnings.at(this.countUntil(beat))?.beat ?? Infinity);
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
