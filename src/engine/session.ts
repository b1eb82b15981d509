import type { TransportChange } from './contracts/sync-source.js';
import type { Position } from './deck/deck-dependencies.js';
import { disposable, type Disposable } from './disposable.js';
import type { Beats } from './music/units.js';
import type { Clock } from './time/clock.js';
import { beatAt, microsPerBeat, type Timeline } from './time/timeline.js';

/**
 * A host's position may differ from ours by this much without the music being moved: clocks settle, song positions are
 * whole sixteenths. Anything more is a jump.
 */
const toleratedBeats: Beats = 0.5;

export interface SessionListener {
  /** The host jumped: what was to play from `fromBeat` on plays from `toBeat` on. */
  relocated(fromBeat: Beats, toBeat: Beats): void;
  /**
   * The host plays on from `beat`, about where it stopped. Outputs that are told early had been given notes past the
   * stop and have ended them: what is planned from there must be queued anew.
   */
  resumed(beat: Beats): void;
}

/** Where the music is: the leader's timeline while it plays, the place it stopped at while it doesn't. Thread: main. */
export class Session implements Position {
  private current: Timeline;
  private restingBeat: Beats = 0;
  private isPlaying = false;
  private readonly relocatedListeners = new Set<SessionListener['relocated']>();

  constructor(
    private readonly clock: Clock,
    timeline: Timeline,
    private readonly listener: SessionListener,
  ) {
    this.current = timeline;
  }

  get timeline(): Timeline {
    return this.current;
  }

  get playing(): boolean {
    return this.isPlaying;
  }

  get beatMicros(): number {
    return microsPerBeat(this.current);
  }

  beat(): Beats {
    return this.isPlaying ? beatAt(this.current, this.clock.now()) : this.restingBeat;
  }

  /** Tells of every jump of the host, before the music moves. */
  onRelocated(listener: SessionListener['relocated']): Disposable {
    this.relocatedListeners.add(listener);
    return disposable(() => this.relocatedListeners.delete(listener));
  }

  /** Takes the leader's timeline. */
  follow(timeline: Timeline): void {
    const now = this.clock.now();
    const before = beatAt(this.current, now);
    this.current = timeline;
    if (this.isPlaying) this.moved(before, beatAt(timeline, now));
  }

  /** Takes the leader's start, continue, stop or locate; the timeline that goes with it has been given before. */
  change(change: TransportChange): void {
    const from = this.isPlaying ? beatAt(this.current, change.micros) : this.restingBeat;
    switch (change.type) {
      case 'stop':
        this.restingBeat = from;
        this.isPlaying = false;
        return;
      case 'locate':
        this.restingBeat = change.beat;
        this.moved(from, change.beat);
        return;
      case 'start':
      case 'continue': {
        const stood = !this.isPlaying;
        this.restingBeat = change.beat;
        this.isPlaying = true;
        if (!this.moved(from, change.beat) && stood) this.listener.resumed(change.beat);
      }
    }
  }

  private moved(fromBeat: Beats, toBeat: Beats): boolean {
    const jumped = Math.abs(toBeat - fromBeat) > toleratedBeats;
    if (!jumped) return false;
    for (const listener of this.relocatedListeners) listener(fromBeat, toBeat);
    this.listener.relocated(fromBeat, toBeat);
    return true;
  }
}
