import type { SyncSource, TransportChange, TransportRequest } from '../contracts/sync-source.js';
import { disposable, type Disposable } from '../disposable.js';
import { ContinuoError } from '../errors.js';
import type { Beats, Bpm, Micros } from '../music/units.js';
import type { Clock } from '../time/clock.js';
import { closestPhaseMatch } from '../time/phase.js';
import { beatAt, withTempo, type Timeline } from '../time/timeline.js';
import { systemAlarm, type Alarm } from './alarm.js';
import type { InternalSource } from './internal-source.js';

/** A better source must have been there this long before it takes the lead by itself. */
export const settleMicros: Micros = 1_000_000;
/** A takeover that moves a playing position by more than this is told as a `locate`. */
const jumpBeats: Beats = 0.5;
const usualBeatsPerBar: Beats = 4;

/** Who leads, and what they say. Called in the order leader, timeline, transport. */
export interface LeaderListener {
  leader(name: string): void;
  /** The sources that are heard now are others, or in another order: the most wanted first. */
  heard?(names: readonly string[]): void;
  timeline(timeline: Timeline): void;
  transport(change: TransportChange): void;
}

export interface SyncChooserOptions {
  /** As in {@link SyncChooser.prefer}. Default: as they are registered. */
  readonly order?: readonly string[];
  readonly alarm?: Alarm;
  /** How long the session's bars are. Default: 4. */
  readonly beatsPerBar?: () => Beats;
}

interface Candidate {
  readonly source: SyncSource;
  /** How many were registered before it. */
  readonly place: number;
  timeline: Timeline | undefined;
  /** Since when it has been heard; undefined while it is lost. */
  aliveSince: Micros | undefined;
  playing: boolean;
}

/**
 * Chooses whose tempo and transport count.
 *
 * - A source named by {@link choose} leads as soon as it is heard, and keeps the lead when it goes quiet.
 * - `auto`: the most wanted source that is heard leads, by the stated order; the internal one is the last unless that names
 *   it: what comes after it leads only when it is chosen by name. A better one takes over after it has been heard for a second, or at once when its host starts or continues. A leader that is lost
 *   hands over at once, to the internal source if to nobody better.
 * - Loss and handover to the internal source keep tempo and position.
 * - A new leader whose host plays has a song position, and that is the position. One whose host is stopped demands only
 *   its tempo and its beat (its bar, where it counts any): the position moves by half a beat (half a
 *   bar) at most, and goes on. It never stops the music by taking over; its next start, continue or locate puts the
 *   position where it says. Nor does it start what the performer stopped. A host that was lost while it played comes back like one that is stopped.
 * - What the performer asks of the transport is asked of a leader that can be asked; elsewhere the music joins in and
 *   drops out by itself.
 *
 * Thread: main. Blocks: no.
 */
export class SyncChooser {
  private readonly candidates = new Map<string, Candidate>();
  private readonly fallback: Candidate;
  private order: readonly string[];
  private lastHeard = '';
  private readonly alarm: Alarm;
  private readonly beatsPerBar: () => Beats;
  private lead: Candidate;
  private choice = 'auto';
  private registrations = 0;
  private current: Timeline;
  /** Beats between the leader's count and ours: whole ones, or whole bars where it counts any. */
  private offset: Beats = 0;
  private isPlaying = false;
  private heldBeat: Beats = 0;
  /** Whether anybody has started or stopped the music yet. */
  private isFresh = true;
  /** The performer has stopped the music, and nobody has started it since: no takeover does. */
  private isStopped = false;
  /** The listener hears nothing while we are being made: it may well hold a variable that we are to be put in. */
  private readonly opened: boolean = false;

  constructor(
    private readonly clock: Clock,
    private readonly internal: InternalSource,
    private readonly listener: LeaderListener,
    options: SyncChooserOptions = {},
  ) {
    this.order = options.order ?? [];
    this.alarm = options.alarm ?? systemAlarm;
    this.beatsPerBar = options.beatsPerBar ?? (() => usualBeatsPerBar);
    this.fallback = { source: internal, place: Infinity, timeline: undefined, aliveSince: clock.now(), playing: false };
    this.lead = this.fallback;
    this.candidates.set(internal.name, this.fallback);
    this.current = internal.timeline;
    this.listenTo(this.fallback);
    this.opened = true;
  }

  /** Name of the source that leads. */
  get leader(): string {
    return this.lead.source.name;
  }

  get timeline(): Timeline {
    return this.current;
  }

  get playing(): boolean {
    return this.isPlaying;
  }

  /** Names of the sources that can be chosen, the internal one first. */
  get names(): readonly string[] {
    return [...this.candidates.keys()];
  }

  /** Starts the source and listens to it until disposed. Errors: `badConfiguration` when the name is taken. */
  register(source: SyncSource): Disposable {
    if (this.candidates.has(source.name)) {
      throw new ContinuoError('badConfiguration', `There are two sync sources named "${source.name}"; give one another name.`);
    }
    const place = this.registrations;
    this.registrations += 1;
    const candidate: Candidate = { source, place, timeline: undefined, aliveSince: undefined, playing: false };
    this.candidates.set(source.name, candidate);
    this.listenTo(candidate);
    return disposable(() => {
      source.stop();
      this.candidates.delete(source.name);
      candidate.aliveSince = undefined;
      if (candidate === this.lead) this.takeOver(this.best());
      this.tellHeard();
    });
  }

  /** All sources there are, the most wanted first. */
  get wanted(): readonly string[] {
    return [...this.candidates.values()].sort((one, other) => this.compare(one, other)).map(({ source }) => source.name);
  }

  /**
   * States who leads where the choice is `auto`: names from the most to the least wanted. Others come after them as they were
   * registered, the internal one last. A name may be one that is not there yet.
   */
  prefer(order: readonly string[]): void {
    this.order = [...order];
    this.reconsider();
    this.tellHeard();
  }

  /** `auto`, or the name of a source; one that is not there yet leads when it is heard. */
  choose(choice: string): void {
    this.choice = choice;
    this.reconsider();
  }

  /** Sets the tempo where the leader can be led, or is lost; false where a host decides. */
  proposeTempo(bpm: Bpm): boolean {
    if (this.lead.source.proposeTempo(bpm)) return true;
    if (this.lead.aliveSince !== undefined) return false;
    this.publish(withTempo(this.current, bpm, this.clock.now()));
    return true;
  }

  /**
   * Everything is ready. Whoever is heard may lead, settled or not, for there is no music yet that a takeover could move. Where nobody
   * is, the music begins; beside a host that may never start, it joins in. A host that was named, or whose start is sure to come, is
   * waited for; music that somebody has started or stopped already is left to them.
   */
  launch(): void {
    if (this.choice !== 'auto' && this.choice !== this.internal.name) return;
    if (this.choice === 'auto') {
      const heard = this.best(this.clock.now());
      if (heard !== this.lead) this.takeOver(heard);
    }
    if (!this.isFresh) return;
    if (this.lead === this.fallback) this.internal.startPlaying();
    else this.proposeTransport('join');
  }

  /** The performer starts from the top. Where a host leads that cannot be asked, the music joins in at its position. */
  start(): void {
    if (this.lead === this.fallback) this.internal.startPlaying();
    else if (!this.proposeTransport('start')) this.join();
  }

  /** The performer goes on from where it stopped; where a host leads, from where that is. */
  continue(): void {
    if (this.lead === this.fallback) this.internal.continuePlaying();
    else if (!this.proposeTransport('continue')) this.join();
  }

  /** The performer stops: a host that can be asked, else the music alone, whatever the host does. */
  stop(): void {
    this.isFresh = false;
    this.isStopped = true;
    if (this.lead === this.fallback || !this.proposeTransport('stop')) this.halt();
  }

  /** The music stops, and no host is asked to. */
  halt(): void {
    if (this.lead === this.fallback) this.internal.stopPlaying();
    else if (this.isPlaying) this.tell({ type: 'stop', beat: beatAt(this.current, this.clock.now()), micros: this.clock.now() });
  }

  private proposeTransport(request: TransportRequest): boolean {
    const { source, aliveSince } = this.lead;
    return aliveSince !== undefined && source.proposeTransport?.(request) === true;
  }

  private join(): void {
    if (this.isPlaying) return;
    const micros = this.clock.now();
    this.tell({ type: 'continue', beat: beatAt(this.current, micros), micros });
  }

  private listenTo(candidate: Candidate): void {
    candidate.source.start({
      timeline: (timeline) => this.heard(candidate, timeline),
      transport: (change) => this.changed(candidate, change),
      lost: () => this.lost(candidate),
    });
  }

  private heard(candidate: Candidate, timeline: Timeline): void {
    if (!this.isRegistered(candidate)) return;
    candidate.timeline = timeline;
    if (candidate.aliveSince === undefined) {
      candidate.aliveSince = this.clock.now();
      this.tellHeard();
      this.alarm(settleMicros, () => this.reconsider());
      if (candidate === this.lead) return this.takeOver(candidate);
    }
    if (candidate === this.lead) this.publish(shifted(timeline, this.offset));
    else this.reconsider();
  }

  private changed(candidate: Candidate, change: TransportChange): void {
    if (!this.isRegistered(candidate)) return;
    const starts = change.type === 'start' || change.type === 'continue';
    if (starts) candidate.playing = true;
    if (change.type === 'stop') candidate.playing = false;
    if (candidate !== this.lead) {
      const mayLead = this.choice === 'auto' && candidate.timeline !== undefined && this.compare(candidate, this.lead) < 0;
      if (!starts || !mayLead) return;
      this.lead = candidate;
      this.listener.leader(candidate.source.name);
    }
    if (change.type === 'stop') {
      this.tell({ ...change, beat: change.beat + this.offset });
      return;
    }
    this.offset = 0;
    if (candidate.timeline) this.publish(candidate.timeline);
    this.tell(change);
  }

  private lost(candidate: Candidate): void {
    candidate.aliveSince = undefined;
    // What it does while nobody hears it, and what the performer does meanwhile, nobody tells.
    candidate.playing = false;
    this.reconsider();
    this.tellHeard();
  }

  private isRegistered(candidate: Candidate): boolean {
    return this.candidates.get(candidate.source.name) === candidate;
  }

  private reconsider(): void {
    const wanted = this.choice === 'auto' ? this.best() : this.candidates.get(this.choice);
    if (!wanted || wanted === this.lead || wanted.aliveSince === undefined || !wanted.timeline) return;
    this.takeOver(wanted);
  }

  /** The most wanted source that is heard; one that does not lead yet must have settled: been heard since `settled` or longer. */
  private best(settled = this.clock.now() - settleMicros): Candidate {
    let best = this.fallback;
    for (const candidate of this.candidates.values()) {
      if (candidate.timeline === undefined || candidate.aliveSince === undefined) continue;
      if (candidate !== this.lead && candidate.aliveSince > settled) continue;
      if (this.compare(candidate, best) < 0) best = candidate;
    }
    return best;
  }

  /** Below 0 where the first is wanted more. */
  private compare(one: Candidate, other: Candidate): number {
    const stated = ({ source }: Candidate): number => (this.order.includes(source.name) ? this.order.indexOf(source.name) : this.order.length);
    return one === other ? 0 : stated(one) - stated(other) || one.place - other.place;
  }

  private tellHeard(): void {
    if (!this.opened) return;
    const names = this.wanted.filter((name) => this.candidates.get(name)?.aliveSince !== undefined);
    if (names.join() === this.lastHeard) return;
    this.lastHeard = names.join();
    this.listener.heard?.(names);
  }

  private takeOver(next: Candidate): void {
    const now = this.clock.now();
    const before = beatAt(this.current, now);
    const isNew = next !== this.lead;
    this.lead = next;
    this.offset = 0;
    if (next === this.fallback) this.internal.adopt(this.current, this.isPlaying, this.heldBeat);
    if (isNew) this.listener.leader(next.source.name);
    if (next === this.fallback || !next.timeline) return;
    const theirs = beatAt(next.timeline, now);
    const { quantum: told = 1 } = next.source;
    const quantum = told === 'bar' ? this.beatsPerBar() : told;
    if (!next.playing) this.offset = quantum * Math.round((closestPhaseMatch(before, theirs, quantum) - theirs) / quantum);
    this.publish(shifted(next.timeline, this.offset));
    if (!next.playing) return;
    if (this.isPlaying && Math.abs(theirs - before) > jumpBeats) this.tell({ type: 'locate', beat: theirs, micros: now });
    if (!this.isPlaying && !this.isStopped) this.tell({ type: 'continue', beat: theirs, micros: now });
  }

  private publish(timeline: Timeline): void {
    this.current = timeline;
    if (this.opened) this.listener.timeline(timeline);
  }

  private tell(change: TransportChange): void {
    if (change.type !== 'locate') {
      this.isPlaying = change.type !== 'stop';
      this.isStopped &&= !this.isPlaying;
      this.isFresh = false;
    }
    this.heldBeat = change.beat;
    this.listener.transport(change);
  }
}

function shifted(timeline: Timeline, by: Beats): Timeline {
  return by === 0 ? timeline : { ...timeline, beatOrigin: timeline.beatOrigin + by };
}
