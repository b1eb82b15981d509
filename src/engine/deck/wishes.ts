import type { Beats, Micros } from '../music/units.js';

/** Positions closer than this to the beginning of an interval count as in it. */
const onTheLine: Beats = 1e-6;

/** `changed`: what is not committed is to be composed anew; `bars`: and its past to be heard anew, in other bars. */
export type Wish = 'none' | 'changed' | 'bars';

/**
 * What the performer has changed that a deck's voice does not know yet: passed on as often as its answers allow, and no more
 * often. Thread: main. Blocks: no.
 */
export class Wishes {
  private open: Wish = 'none';
  /** Where the music was when the oldest of them was made. */
  private openBeat: Beats = Infinity;
  private passedOnBeat: Beats = -Infinity;
  private askedMicros: Micros | undefined;
  private count = 0;
  /** How many there were with the last for other bars. */
  private countWithBars = 0;

  /** A greater wish takes the place of a smaller one. */
  add(wish: Exclude<Wish, 'none'>, nowBeat: Beats): void {
    this.count += 1;
    if (wish === 'bars') this.countWithBars = this.count;
    if (this.open !== 'bars') this.open = wish;
    this.openBeat = Math.min(this.openBeat, nowBeat);
  }

  /**
   * Whether there is one to be passed on at `nowBeat`: once in each interval of the music's grid, so that what comes once an
   * interval never waits for the next. 0 sets no limit.
   */
  areDue(nowBeat: Beats, intervalBeats: Beats): boolean {
    if (this.open === 'none') return false;
    const intervalAt = (beat: Beats): number => Math.floor((beat + onTheLine) / intervalBeats);
    return intervalBeats === 0 || intervalAt(nowBeat) !== intervalAt(this.passedOnBeat);
  }

  /** How many have been made. */
  get made(): number {
    return this.count;
  }

  /** The wish, and where the music was when it was made. */
  take(nowBeat: Beats): { readonly wish: Wish; readonly beat: Beats } {
    const taken = { wish: this.open, beat: Math.min(this.openBeat, nowBeat) };
    this.open = 'none';
    this.openBeat = Infinity;
    return taken;
  }

  /** The voice is asked to write anew. */
  passOn(nowBeat: Beats, micros: Micros): void {
    this.passedOnBeat = nowBeat;
    this.askedMicros = micros;
  }

  /** Whether what is composed next is the answer to a wish. */
  get areAsked(): boolean {
    return this.askedMicros !== undefined;
  }

  /** Since when the voice is asked for what it composes next; `undefined` where that answers no wish. It is forgotten here. */
  takeQuestion(): Micros | undefined {
    const micros = this.askedMicros;
    this.askedMicros = undefined;
    return micros;
  }

  /** The host jumped: places mean nothing now. */
  moved(): void {
    this.passedOnBeat = -Infinity;
    this.openBeat = Infinity;
  }

  /** The voice begins again, and knows all that was wished for. */
  beginAnew(nowBeat: Beats): void {
    this.forget();
    this.passedOnBeat = nowBeat;
  }

  /** Another voice plays, which knows what had been wished for when `known` wishes had been made. */
  handOver(known: number, nowBeat: Beats): void {
    this.forget();
    if (this.count > known) this.add(this.countWithBars > known ? 'bars' : 'changed', nowBeat);
  }

  /** Nobody plays. */
  forget(): void {
    this.open = 'none';
    this.askedMicros = undefined;
    this.moved();
  }
}
