import type { Beats, Micros } from '../music/units.js';
import { beatAt, microsPerBeat, timeAt, type Timeline } from '../time/timeline.js';

/**
 * The leader's timeline, and the one before it for the time before the last change: an output that plays later than others
 * is still in that time when the tempo changes, and what it has yet to play keeps its places there.
 * Thread: one. Blocks: no. Allocates: no.
 */
export class RecentTimeline {
  private before: Timeline | undefined;
  /** Until when, and until which beat, the one before holds. */
  private changeMicros: Micros = -Infinity;
  private changeBeat: Beats = -Infinity;

  constructor(private present: Timeline) {}

  get beatMicros(): number {
    return microsPerBeat(this.present);
  }

  get timeline(): Timeline {
    return this.present;
  }

  /** Takes another timeline from `now` on. Returns by how much that moves the music. */
  follow(timeline: Timeline, now: Micros): Beats {
    const from = beatAt(this.present, now);
    const to = beatAt(timeline, now);
    this.before = this.present;
    this.present = timeline;
    this.changeMicros = now;
    // What a change leaps over is of the new timeline's past.
    this.changeBeat = Math.min(from, to);
    return to - from;
  }

  /** The music was moved: nothing is left of the time before. */
  forgetPast(): void {
    this.before = undefined;
  }

  timeAt(beat: Beats): Micros {
    return timeAt(this.before && beat < this.changeBeat ? this.before : this.present, beat);
  }

  beatAt(micros: Micros): Beats {
    return beatAt(this.before && micros < this.changeMicros ? this.before : this.present, micros);
  }
}
