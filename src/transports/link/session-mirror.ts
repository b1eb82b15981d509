import type { ControlSurface, ParameterAccess } from '../../engine/contracts/control-surface.js';
import type { Disposable } from '../../engine/disposable.js';
import type { EngineEvent } from '../../engine/events.js';
import type { Micros } from '../../engine/music/units.js';
import { systemAlarm, type Alarm } from '../../engine/sync/alarm.js';
import type { Clock } from '../../engine/time/clock.js';
import { closestPhaseMatch } from '../../engine/time/phase.js';
import { beatAt, microsPerBeat, type Timeline } from '../../engine/time/timeline.js';
import type { LinkState } from './helper-message.js';
import type { LinkSession } from './link-session.js';

/** Who has just joined, or sees the session move by itself, waits this long for peers to show themselves. */
const courtesyMicros: Micros = 2_000_000;
/** The session is told no more often than this. */
const pauseMicros: Micros = 250_000;
/** A beat that is further off than this is told. */
const toleratedMicros: Micros = 1_000;
/** Share by which a tempo differs that is told: more than Link's rounding, and more than a clock that is followed wavers. */
const toleratedTempo = 2e-4;

export interface SessionMirrorOptions {
  /** Whether the session is led, peers or not. Otherwise it is only kept in step while nobody else is in it. */
  readonly leads: boolean;
  /** Whether the quantum is a bar, and changes with it. */
  readonly followsBars: boolean;
  readonly alarm?: Alarm;
}

/**
 * Keeps the session where Continuo is: its tempo, beat, bar and transport, while nobody else is in it (so that who joins
 * meets us there, and we need not move), or always, where Continuo is to lead.
 *
 * It is a surface, because a surface is told everything. It holds back for two seconds after joining, after the last peer has
 * gone, and when the session has moved by itself: then somebody may be there whose tempo counts and not ours.
 * Thread: main. Blocks: no.
 */
export class SessionMirror implements ControlSurface {
  readonly name = 'link';
  private unsubscribe: readonly (() => void)[] = [];
  private subscription: Disposable | undefined;
  private pending: Disposable | undefined;
  private wanted: Timeline | undefined;
  private given: Timeline | undefined;
  private earliest: Micros = 0;
  private readonly alarm: Alarm;

  constructor(
    private readonly session: LinkSession,
    private readonly clock: Clock,
    private readonly options: SessionMirrorOptions,
  ) {
    this.alarm = options.alarm ?? systemAlarm;
  }

  attach(access: ParameterAccess): void {
    this.detach();
    const now = this.clock.now();
    this.wanted = { bpm: access.get('bpm') as number, beatOrigin: 0, timeOrigin: now };
    this.give(this.wanted);
    if (this.options.followsBars) this.session.setQuantum(access.get('beats-per-bar') as number);
    this.session.join();
    this.earliest = now + (this.options.leads ? 0 : courtesyMicros);
    this.unsubscribe = [
      access.onChange((address, value) => {
        if (this.options.followsBars && address === 'beats-per-bar') this.session.setQuantum(value as number);
      }),
      access.onEvent((event) => this.happened(event)),
    ];
    this.subscription = this.session.onChange({
      // Our own clock may say nothing for hours: who leaves the session shows here alone.
      state: () => this.consider(),
      gone: () => {
        this.earliest = this.clock.now() + (this.options.leads ? 0 : courtesyMicros);
      },
      fault: (error) => access.report(error, this.name),
    });
  }

  detach(): void {
    for (const end of this.unsubscribe) end();
    this.unsubscribe = [];
    this.subscription?.dispose();
    this.subscription = undefined;
    this.pending?.dispose();
    this.pending = undefined;
    this.wanted = undefined;
    this.given = undefined;
  }

  private get mayTell(): boolean {
    return this.options.leads || !this.session.hasPeers;
  }

  private happened(event: EngineEvent): void {
    if (event.type === 'transport' && this.mayTell && this.session.startStop) this.session.setPlaying(event.playing, this.clock.now());
    if (event.type !== 'timeline') return;
    this.wanted = { bpm: event.bpm, beatOrigin: event.beatOrigin, timeOrigin: event.timeOrigin };
    this.session.remember(this.wanted);
    this.consider();
  }

  /** Brings the session to where Continuo is, if it may and must. */
  private consider(): void {
    const { state } = this.session;
    const now = this.clock.now();
    // Who leaves may come back.
    if (!this.mayTell) this.earliest = now + courtesyMicros;
    if (this.pending !== undefined || this.wanted === undefined || state === undefined || !this.mayTell) return;
    if (!this.differs(this.wanted, state)) return;
    const movedByItself = !this.options.leads && this.given !== undefined && this.differs(this.given, state);
    if (movedByItself) {
      this.given = undefined;
      this.earliest = now + courtesyMicros;
    }
    if (now >= this.earliest) {
      this.give(this.wanted);
      this.earliest = now + pauseMicros;
      return;
    }
    this.pending = this.alarm(this.earliest - now, () => {
      this.pending = undefined;
      this.consider();
    });
  }

  private give(timeline: Timeline): void {
    this.given = timeline;
    if (this.options.leads) this.session.force(timeline);
    else this.session.align(timeline);
  }

  private differs(timeline: Timeline, { bpm, beat, micros, quantum }: LinkState): boolean {
    if (Math.abs(timeline.bpm / bpm - 1) > toleratedTempo) return true;
    const there = beatAt(timeline, micros);
    return Math.abs(closestPhaseMatch(there, beat, quantum) - there) * microsPerBeat(timeline) > toleratedMicros;
  }
}
