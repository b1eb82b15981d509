import type { Beats, Micros } from '../music/units.js';
import { beatAt, microsPerBeat, timeAt, type Timeline } from '../time/timeline.js';

/** Timelines that are remembered: a leader that is put right with every pulse of a MIDI clock, for the longest offset there is. */
const rememberedTimelines = 512;

/**
 * The leader's timeline, and those before it for the time before each change: an output that plays later than others is still
 * in that time when the tempo changes, and what it has yet to play keeps its places there, however often it changes meanwhile.
 * Thread: one. Blocks: no. Allocates: no.
 */
export class RecentTimeline {
  /** A ring; `newest` is the place of the present one, and `count` are known. */
  private readonly timelines: Timeline[];
  /** From when, and from which beat on, each holds. */
  private readonly sinceMicros = new Float64Array(rememberedTimelines).fill(-Infinity);
  private readonly sinceBeats = new Float64Array(rememberedTimelines).fill(-Infinity);
  private newest = 0;
  private count = 1;

  constructor(timeline: Timeline) {
    this.timelines = Array.from({ length: rememberedTimelines }, () => timeline);
  }

  get beatMicros(): number {
    return microsPerBeat(this.timeline);
  }

  get timeline(): Timeline {
    return this.timelines[this.newest];
  }

  /** Takes another timeline from `now` on. Returns by how much that moves the music. */
  follow(timeline: Timeline, now: Micros): Beats {
    const from = beatAt(this.timeline, now);
    const to = beatAt(timeline, now);
    this.newest = (this.newest + 1) % rememberedTimelines;
    this.count = Math.min(rememberedTimelines, this.count + 1);
    this.timelines[this.newest] = timeline;
    this.sinceMicros[this.newest] = now;
    // What a change leaps over is of the new timeline's past.
    this.sinceBeats[this.newest] = Math.min(from, to);
    return to - from;
  }

  /** The music was moved: nothing is left of the time before the timeline that held at `micros`. Default: the present one. */
  forgetPast(micros: Micros = Infinity): void {
    let kept = 1;
    while (kept < this.count && this.sinceMicros[this.placeOf(kept - 1)] > micros) kept += 1;
    this.count = kept;
  }

  timeAt(beat: Beats): Micros {
    return timeAt(this.holding(this.sinceBeats, beat), beat);
  }

  beatAt(micros: Micros): Beats {
    return beatAt(this.holding(this.sinceMicros, micros), micros);
  }

  /** The newest timeline that holds there already; before them all, the oldest. */
  private holding(since: Float64Array, at: number): Timeline {
    let age = 0;
    while (age < this.count - 1 && at < since[this.placeOf(age)]) age += 1;
    return this.timelines[this.placeOf(age)];
  }

  private placeOf(age: number): number {
    return (this.newest - age + rememberedTimelines) % rememberedTimelines;
  }
}
