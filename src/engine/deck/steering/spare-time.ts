import type { Beats, Micros } from '../../music/units.js';

/** No more than this share of the time that is left is spent on bars that will not be heard. */
const spendable = 0.5;
/** How much the latest span says about the speed of the next. */
const newest = 0.25;

/** Knows how many times a stretch of music can be composed before it is needed. Thread: main. */
export class SpareTime {
  private microsPerBeat: Micros | undefined;

  /** @param isPressed there is no time to spare, whatever else says so */
  constructor(private readonly isPressed: () => boolean = () => false) {}

  /** A span that was composed, and how long that took. */
  add(beats: Beats, micros: Micros): void {
    if (beats <= 0) return;
    const latest = micros / beats;
    this.microsPerBeat = this.microsPerBeat === undefined ? latest : this.microsPerBeat + newest * (latest - this.microsPerBeat);
  }

  /** At most `wanted`, and 1 where there is no time for more or nothing is known; the one that is kept is composed once more. */
  countFor(beats: Beats, leftMicros: Micros, wanted: number): number {
    if (this.microsPerBeat === undefined || this.isPressed()) return 1;
    const affordable = Math.floor((leftMicros * spendable) / Math.max(1, this.microsPerBeat * beats)) - 1;
    return Math.max(1, Math.min(wanted, affordable));
  }
}
