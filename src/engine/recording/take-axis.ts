import { samePlaceInBar } from '../deck/boundary.js';
import type { Beats } from '../music/units.js';

/** What is so near is of the same place: the lane calls a fourth of a beat a jump, a clock comes every 24th, song positions are whole sixteenths. */
export const sameMusic: Beats = 0.375;

/** The bars of a take: how long they are, and a place where one begins. */
export interface TakeBars {
  readonly line: Beats;
  readonly length: Beats;
}

/**
 * Where session beats lie on a take, which only ever goes on: a host that stops costs no beat, and one that jumps goes on at the
 * next place of the take that stands where it does in the bar. What people play is where the session is; what was played
 * is told later, and has the place where the music was until it is said that it goes on. Pure.
 */
export class TakeAxis {
  private latest: Beats = 0;
  private sessionOffset: Beats = 0;
  private playedOffset: Beats = 0;
  private hasMoved = true;
  /** The session is where nothing that is played has been told of yet. */
  private isAhead = false;

  /** Up to where there is music. */
  get end(): Beats {
    return this.latest;
  }

  /** Whether the session has moved, and nothing has happened there yet. */
  get isElsewhere(): boolean {
    return this.hasMoved;
  }

  /** The session is in another place from now on. */
  moved(): void {
    this.hasMoved = true;
  }

  /** The place of a beat of the session; before the take begins it is 0. */
  ofSession(beat: Beats): Beats {
    return Math.max(0, beat + this.sessionOffset);
  }

  /** The place of a beat of what was played. */
  ofPlayed(beat: Beats): Beats {
    return Math.max(0, beat + this.playedOffset);
  }

  /** There is music up to `place` at least. */
  reach(place: Beats): void {
    this.latest = Math.max(this.latest, place);
  }

  /** The session goes on at `beat`. */
  goOnAt(beat: Beats, { line, length }: TakeBars): void {
    this.sessionOffset = samePlaceInBar(Math.max(0, this.latest - sameMusic), line + beat, length) - beat;
    this.hasMoved = false;
    this.isAhead = true;
  }

  /** What is played goes on at `beat`: beside the session, where that has gone on already. */
  playedGoesOnAt(beat: Beats, bars: TakeBars): void {
    if (this.hasMoved || !this.isAhead) this.goOnAt(beat, bars);
    this.playedOffset = this.sessionOffset;
    this.isAhead = false;
  }
}
