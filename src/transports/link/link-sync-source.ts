import type { SyncListener, SyncSource, TransportRequest } from '../../engine/contracts/sync-source.js';
import type { Disposable } from '../../engine/disposable.js';
import { maximumBpm, minimumBpm, type Beats, type Bpm, type Micros } from '../../engine/music/units.js';
import type { Clock } from '../../engine/time/clock.js';
import { closestPhaseMatch, nextPhaseMatch } from '../../engine/time/phase.js';
import { beatAt, microsPerBeat, timeAt, withTempo, type Timeline } from '../../engine/time/timeline.js';
import type { LinkState } from './helper-message.js';
import type { LinkSession } from './link-session.js';

/** A timeline that is off by less than this is still right. */
const toleratedMicros: Micros = 20;
/** What the session said before it had heard of our tempo may arrive for so long. */
const tempoEchoMicros: Micros = 200_000;
/** A start so close behind a bar line was meant for it: times are rounded on their way. */
const roundedBeats: Beats = 1e-3;
/** A bar line that was passed longer ago than this is no start to be in time for. */
const missedMicros: Micros = 100_000;

/**
 * The Link session as a leader, while there is somebody else in it. Its beats are in phase with everybody's over the
 * quantum, and count from the bar line at which the session last started; the tempo is everybody's, so it can be proposed.
 * Thread: main. Blocks: no.
 */
export class LinkSyncSource implements SyncSource {
  readonly name = 'link';
  private listener: SyncListener | undefined;
  private subscription: Disposable | undefined;
  /** What was told last; kept while nobody is there, so that whoever comes finds us where we are. */
  private told: Timeline | undefined;
  private isAlive = false;
  /** Undefined until the first state of a helper: what a session that is joined does, is its own affair until it changes. */
  private sessionPlays: boolean | undefined;
  private resumes = false;
  private proposed: { readonly bpm: Bpm; readonly until: Micros } | undefined;

  constructor(
    private readonly session: LinkSession,
    private readonly clock: Clock,
  ) {}

  /** The bar that is shared. */
  get quantum(): Beats {
    return this.session.quantum;
  }

  start(listener: SyncListener): void {
    this.stop();
    this.listener = listener;
    this.subscription = this.session.onChange({ state: (state) => this.heard(state), gone: () => this.lose() });
    if (this.session.state !== undefined) this.heard(this.session.state);
  }

  stop(): void {
    this.subscription?.dispose();
    this.subscription = undefined;
    this.listener = undefined;
    this.told = undefined;
    this.isAlive = false;
    this.sessionPlays = undefined;
    this.resumes = false;
    this.proposed = undefined;
  }

  /** Sets everybody's tempo; refused while nobody is there, when the tempo is our own. */
  proposeTempo(bpm: Bpm): boolean {
    if (!this.isAlive || this.told === undefined) return false;
    const now = this.clock.now();
    const kept = Math.min(maximumBpm, Math.max(minimumBpm, bpm));
    this.session.setTempo(kept);
    this.proposed = { bpm: kept, until: now + tempoEchoMicros };
    this.tell(withTempo(this.told, kept, now));
    return true;
  }

  /**
   * Starts from the top at the next bar line, goes on at once, or stops; with everybody who shares that, where we share it. Joins
   * at the next bar line, alone: whether anybody in a session shares his start is not to be known before he does. Refused while
   * nobody is there.
   */
  proposeTransport(request: TransportRequest): boolean {
    if (!this.isAlive || this.told === undefined) return false;
    const now = this.clock.now();
    if (request === 'join') {
      this.act('start', now);
      return true;
    }
    const playing = request !== 'stop';
    if (this.session.startStop && this.sessionPlays !== playing) {
      this.resumes = request === 'continue';
      this.session.setPlaying(playing, now);
      return true;
    }
    this.act(request, now);
    return true;
  }

  private heard(state: LinkState): void {
    if (!state.enabled || state.peers === 0) {
      this.lose();
      return;
    }
    this.follow(state);
    const before = this.sessionPlays;
    this.sessionPlays = state.playing;
    if (before === undefined || before === state.playing || !this.session.startStop) return;
    this.act(state.playing ? (this.resumes ? 'continue' : 'start') : 'stop', state.changedMicros);
    this.resumes = false;
  }

  private follow({ bpm, beat, micros, quantum }: LinkState): void {
    if (this.proposed !== undefined) {
      if (this.proposed.bpm !== bpm && micros < this.proposed.until) return;
      this.proposed = undefined;
    }
    const expected = this.told === undefined ? beat : beatAt(this.told, micros);
    const present: Timeline = { bpm, beatOrigin: closestPhaseMatch(expected, beat, quantum), timeOrigin: micros };
    const moved = Math.abs(present.beatOrigin - expected) * microsPerBeat(present);
    if (!this.isAlive || this.told?.bpm !== bpm || moved > toleratedMicros) this.tell(present);
    this.isAlive = true;
  }

  /** The session starts, goes on or stops, as was asked at `asked`. */
  private act(request: Exclude<TransportRequest, 'join'>, asked: Micros): void {
    if (this.told === undefined) return;
    const now = this.clock.now();
    if (request === 'start') {
      const line = nextPhaseMatch(beatAt(this.told, asked) - roundedBeats, 0, this.session.quantum);
      const downbeat = timeAt(this.told, line);
      this.tell({ bpm: this.told.bpm, beatOrigin: 0, timeOrigin: downbeat });
      if (downbeat > now - missedMicros) {
        this.listener?.transport({ type: 'start', beat: 0, micros: downbeat });
        return;
      }
    }
    const beat = beatAt(this.told, now);
    this.listener?.transport({ type: request === 'stop' ? 'stop' : 'continue', beat, micros: now });
  }

  private tell(timeline: Timeline): void {
    this.told = timeline;
    this.listener?.timeline(timeline);
  }

  private lose(): void {
    this.sessionPlays = undefined;
    this.resumes = false;
    this.proposed = undefined;
    if (!this.isAlive) return;
    this.isAlive = false;
    this.listener?.lost();
  }
}
