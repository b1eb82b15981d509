import type { SyncListener, TransportChange } from '../../../src/engine/contracts/sync-source.js';
import type { Beats, Bpm, Micros } from '../../../src/engine/music/units.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { beatAt, microsPerBeat, type Timeline } from '../../../src/engine/time/timeline.js';

/** A beat of the master and when it meant to play it, on the monotonic clock that all processes share. */
export interface MasterBeat {
  readonly beat: Beats;
  readonly micros: Micros;
  readonly bpm: Bpm;
  /** Beats on end before this one, at its tempo, whose pulses left on time, most of them. */
  readonly steadyBeats: number;
}

/** What the master said, and where its song was when it did. */
export interface MasterChange extends Pick<TransportChange, 'type' | 'beat'> {
  /** … and where it was when it had said so. */
  readonly untilBeat: Beats;
}

export interface MasterReport {
  readonly beats: readonly MasterBeat[];
  readonly changes: readonly MasterChange[];
  /** How often it sent nothing for so long that it may be thought gone. */
  readonly silences: number;
}

/** What the source took one of the master's beats for. */
export interface FollowedBeat extends MasterBeat {
  readonly followedBpm: Bpm;
  /** How far the source's idea of this beat was from the master's; positive where the source was late. */
  readonly errorMicros: Micros;
}

export interface ClockInResult {
  readonly notices: readonly string[];
  readonly beats: readonly FollowedBeat[];
  readonly changes: readonly TransportChange[];
  readonly master: Pick<MasterReport, 'changes' | 'silences'>;
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
   * Compares each beat of the master with what the source told of its pulse: the timeline that was told of the moment nearest to it,
   * whenever this process came to hear of it.
   */
  follow({ beats }: MasterReport): readonly FollowedBeat[] {
    return beats.map((master) => {
      const aside = ({ timeline }: { readonly timeline: Timeline }): Micros => Math.abs(timeline.timeOrigin - master.micros);
      const known = this.told.reduce((nearest, one) => (aside(one) < aside(nearest) ? one : nearest)).timeline;
      return { ...master, followedBpm: known.bpm, errorMicros: (master.beat - beatAt(known, master.micros)) * microsPerBeat(known) };
    });
  }
}
