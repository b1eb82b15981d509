import type { SyncListener, TransportChange } from '../../../src/engine/contracts/sync-source.js';
import type { Beats, Bpm, Micros } from '../../../src/engine/music/units.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { beatAt, microsPerBeat, type Timeline } from '../../../src/engine/time/timeline.js';

/** A beat of the master and when it meant to play it, on the monotonic clock that all processes share. */
export interface MasterBeat {
  readonly beat: Beats;
  readonly micros: Micros;
  readonly bpm: Bpm;
}

export interface MasterReport {
  readonly beats: readonly MasterBeat[];
}

/** What the source knew at one of the master's beats. */
export interface FollowedBeat extends MasterBeat {
  readonly followedBpm: Bpm;
  /** How far the source's idea of this beat was from the master's; positive where the source was late. */
  readonly errorMicros: Micros;
}

export interface ClockInResult {
  readonly notices: readonly string[];
  readonly beats: readonly FollowedBeat[];
  readonly changes: readonly TransportChange[];
  readonly losses: number;
  readonly timelines: number;
  readonly lastBpm: Bpm;
}

/** Keeps what a source tells together with when it told it. */
export class TimedListener implements SyncListener {
  readonly told: { readonly timeline: Timeline; readonly micros: Micros }[] = [];
  readonly changes: TransportChange[] = [];
  losses = 0;

  timeline(timeline: Timeline): void {
    this.told.push({ timeline, micros: monotonicClock.now() });
  }

  transport(change: TransportChange): void {
    this.changes.push(change);
  }

  lost(): void {
    this.losses += 1;
  }

  /**
   * Compares each beat of the master with what the source told just before the next pulse would come.
   * A beat that jumped (a start, a located continue) cannot be known before its own pulse.
   */
  follow({ beats }: MasterReport): readonly FollowedBeat[] {
    return beats.map((master) => {
      const nextPulse = master.micros + 60_000_000 / master.bpm / 24;
      const known = this.told.findLast(({ micros }) => micros < nextPulse)?.timeline ?? this.told[0].timeline;
      return { ...master, followedBpm: known.bpm, errorMicros: (master.beat - beatAt(known, master.micros)) * microsPerBeat(known) };
    });
  }
}
