import type { Disposable } from '../../engine/disposable.js';
import { disposable } from '../../engine/disposable.js';
import type { ContinuoError } from '../../engine/errors.js';
import { maximumBpm, minimumBpm, type Beats, type Bpm, type Micros } from '../../engine/music/units.js';
import type { Alarm } from '../../engine/sync/alarm.js';
import type { Timeline } from '../../engine/time/timeline.js';
import { tidyTempo, type LinkState } from './helper-message.js';
import { LinkHelper } from './link-helper.js';

export interface SessionListener {
  state?(state: LinkState): void;
  /** Nothing is known of the session until the next state. */
  gone?(): void;
  fault?(error: ContinuoError): void;
}

export interface LinkSessionOptions {
  readonly command: readonly string[];
  readonly startStop: boolean;
  readonly quantum: Beats;
  readonly alarm?: Alarm;
}

/**
 * The Link session as the helper tells it, and what it can be asked. It is not taken part in before {@link join}.
 * Thread: main. Blocks: no.
 */
export class LinkSession {
  private readonly helper: LinkHelper;
  private readonly listeners = new Set<SessionListener>();
  private latest: LinkState | undefined;
  private beatsPerBar: Beats;
  /** What a helper that starts is to begin with. */
  private beginning: Timeline | undefined;
  private isJoined = false;

  constructor(private readonly options: LinkSessionOptions) {
    this.beatsPerBar = options.quantum;
    this.helper = new LinkHelper(
      options.command,
      () => this.greeting(),
      {
        state: (state) => {
          this.latest = { ...state, bpm: tidyTempo(state.bpm) };
          for (const listener of this.listeners) listener.state?.(this.latest);
        },
        gone: () => {
          this.latest = undefined;
          for (const listener of this.listeners) listener.gone?.();
        },
        fault: (error) => {
          for (const listener of this.listeners) listener.fault?.(error);
        },
      },
      options.alarm,
    );
  }

  /** What was last heard; undefined while there is no helper. */
  get state(): LinkState | undefined {
    return this.latest;
  }

  /** Whether there is somebody else in the session. */
  get hasPeers(): boolean {
    return this.latest !== undefined && this.latest.enabled && this.latest.peers > 0;
  }

  get quantum(): Beats {
    return this.beatsPerBar;
  }

  /** Whether start and stop are shared. */
  get startStop(): boolean {
    return this.options.startStop;
  }

  /** Starts the helper. Errors: `deviceUnavailable`. */
  async open(): Promise<void> {
    try {
      await this.helper.open();
    } catch (error) {
      await this.helper.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.isJoined = false;
    this.latest = undefined;
    await this.helper.close();
  }

  onChange(listener: SessionListener): Disposable {
    this.listeners.add(listener);
    return disposable(() => this.listeners.delete(listener));
  }

  /** Takes part from now on: in a session that is there, or in one of our own that others may join. */
  join(): void {
    if (this.isJoined) return;
    this.isJoined = true;
    this.helper.say('enable');
  }

  /** Sets the tempo for everybody. */
  setTempo(bpm: Bpm): void {
    this.helper.say(`tempo ${bpm}`);
  }

  /** Shares a start or stop that is asked for at `micros`. */
  setPlaying(playing: boolean, micros: Micros): void {
    this.helper.say(`${playing ? 'start' : 'stop'} ${Math.round(micros)}`);
  }

  setQuantum(beats: Beats): void {
    this.beatsPerBar = beats;
    this.helper.say(`quantum ${beats}`);
  }

  /** Our own tempo and beat: taken while nobody else is there, and where a helper that is started again begins. */
  align(timeline: Timeline): void {
    this.beginning = timeline;
    this.helper.say(`align ${words(timeline)}`);
  }

  /** Tempo and beat for everybody, whether they like it or not. */
  force(timeline: Timeline): void {
    this.beginning = timeline;
    this.helper.say(`force ${words(timeline)}`);
  }

  /** Where the session would begin if it had to begin again. */
  remember(timeline: Timeline): void {
    this.beginning = timeline;
  }

  private greeting(): readonly string[] {
    return [
      `sync ${this.startStop ? 'on' : 'off'}`,
      `quantum ${this.beatsPerBar}`,
      ...(this.beginning ? [`align ${words(this.beginning)}`] : []),
      ...(this.isJoined ? ['enable'] : []),
    ];
  }
}

function words({ bpm, beatOrigin, timeOrigin }: Timeline): string {
  return `${Math.min(maximumBpm, Math.max(minimumBpm, bpm))} ${beatOrigin.toFixed(9)} ${Math.round(timeOrigin)}`;
}
