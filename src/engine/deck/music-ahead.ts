import { isDeepStrictEqual } from 'node:util';
import type { ComposedSpan } from '../contracts/composer.js';
import type { Beats } from '../music/units.js';
import { mostAhead } from '../scheduling/lane-capacity.js';
import type { Sender } from '../scheduling/sender.js';
import type { Clock } from '../time/clock.js';
import type { Position } from './deck-dependencies.js';
import { spanFrom } from './join-spans.js';
import type { DeckNews } from './news.js';
import { Plan, type HeardMusic } from './plan.js';
import { QueueingMargin } from './queueing-margin.js';
import { ShapedQueue } from './shaping/shaped-queue.js';
import { neutralShaping, type Music, type Shaping } from './shaping/shaping.js';
import { TickLedger } from './tick-ledger.js';

/** So far ahead there is music however much that is. */
const shortestReach: Beats = 2;

/** Shaping plays nothing further than this from where it is written. */
const shapingReach: Beats = 1;

export interface MusicAheadParts {
  readonly clock: Clock;
  readonly sender: Sender;
  readonly position: Position;
  /** How it is played; as it is written, where nothing else is said. Asked whenever something is queued. */
  shaping?(): Shaping;
  /** What others play beside it. Default: nothing. */
  readonly heardMusic?: HeardMusic;
}

/**
 * The music a deck has planned, in session beats, and its place in the send queue. The plan holds what the composers wrote;
 * what is queued and told of is as it is played.
 *
 * What a wish wants composed anew stays queued until the new music is there: an answer that comes late joins in where it can,
 * and what it replaces plays until then. A part that comes too late for its beat is left out: a deck rests, it is never late.
 * Thread: main. Blocks: no.
 */
export class MusicAhead {
  readonly plan: Plan;
  readonly ledger = new TickLedger();
  /** How long before it is due music must be queued: what is later rests. */
  readonly margin: QueueingMargin;
  private written: Beats = 0;
  private lasts: Beats = 0;
  /** The last stretch before {@link lastsUntil} that has no music. */
  private gap: { readonly from: Beats; readonly until: Beats } = { from: 0, until: 0 };
  /** Where the composer took over, and where it began anew since. */
  private ownedFrom: Beats = -Infinity;
  private anewFrom: Beats = -Infinity;
  /** Where a silent deck is about to begin; -Infinity: nowhere. */
  private beginsAt: Beats = -Infinity;
  private begun = false;
  private readonly queue: ShapedQueue;
  /** What is queued is shaped otherwise than is wanted by now. */
  private outOfShape = false;
  /** The shaping that was wanted last. */
  private heard: Shaping;
  /** What is in force has not been told, because nothing is while the music stands. */
  private untold = false;
  /** It is silent because it listens: nothing is missed. */
  waits = false;

  constructor(
    owner: number,
    private readonly parts: MusicAheadParts,
    private readonly news: DeckNews,
  ) {
    this.plan = new Plan(parts.heardMusic);
    this.margin = new QueueingMargin(parts.clock);
    this.heard = this.shaping;
    this.queue = new ShapedQueue(owner, parts.sender, () => this.shaping);
  }

  /** Whether the deck is to be heard: not muted, and no other plays solo. */
  get audible(): boolean {
    return this.shaping.audible;
  }

  /** How it is played at this moment. */
  get shaping(): Shaping {
    return this.parts.shaping?.() ?? neutralShaping;
  }

  /** Where the composer stands. */
  get writtenUntil(): Beats {
    return this.written;
  }

  /** Until when there is music: beyond {@link writtenUntil} it is older than what the performer has wished for last. */
  get lastsUntil(): Beats {
    return this.lasts;
  }

  /** The first beat at or after `beat` that is the composer's own: what comes before it begins stands, whoever wrote it. */
  own(beat: Beats): Beats {
    return Math.max(beat, this.ownedFrom, this.anewFrom);
  }

  /**
   * How far ahead to compose where `horizon` is wished for: no further than there is room for what is composed. Where a composer
   * is about to take over, its beginning can be composed anew at any time.
   */
  reach(horizon: Beats): Beats {
    const now = this.parts.position.beat();
    const hasRoom = horizon <= shortestReach || this.plan.countBetween(now, this.written) < mostAhead;
    return Math.max(hasRoom ? horizon : shortestReach, this.own(-Infinity) + shortestReach - now);
  }

  /** Accounts for what has fallen due, and shapes anew what is to be. Call it often. */
  look(): void {
    const { position } = this.parts;
    if (this.outOfShape) this.shapeAnew(this.soonestEverywhere());
    if (!this.begun) return;
    if (position.playing && !this.waits) this.ledger.settle(position.beat(), (beat) => this.hasMusicAt(beat));
    else this.ledger.rest();
  }

  /** Another composer owns what comes from `beat` on. */
  beginAt(beat: Beats): void {
    this.look();
    this.discard(beat);
    if (!this.begun) this.ledger.goTo(beat);
    this.begun = true;
    this.ownedFrom = beat;
    this.anewFrom = this.beginsAt = -Infinity;
    this.standAt(beat);
  }

  /** Nothing can be there before `beat` but what there is, and from there on other music comes. */
  restUntil(beat: Beats): void {
    this.look();
    this.discard(Math.min(this.lasts, beat));
    this.beginAnewAt(beat);
    this.standAt(beat);
  }

  /** The same composer begins anew at `beat`, and can decide nothing before. */
  beginAnewAt(beat: Beats): void {
    this.anewFrom = this.beginsAt = beat;
  }

  /** Nothing plays from `beat` on. */
  endAt(beat: Beats): void {
    this.look();
    this.discard(beat);
    this.anewFrom = Math.min(this.anewFrom, beat);
    this.beginsAt = -Infinity;
  }

  /** The composer writes anew from `beat` on; what it had written is still good if it is late. */
  writeAnewFrom(beat: Beats): void {
    this.written = Math.min(this.written, beat);
  }

  /** Nobody writes any more: what there is plays. */
  keepWhatThereIs(): void {
    this.written = this.lasts;
  }

  /** Whether there is music up to a beat, or none is missed and none has been begun. */
  reaches(beat: Beats): boolean {
    return this.lasts >= beat || (this.waits && this.beginsAt <= this.parts.position.beat());
  }

  /** Whether music that begins at a beat can still be queued in time. Where it can, what is accepted next may begin there. */
  canBeginAt(beat: Beats): boolean {
    this.margin.choose();
    return beat >= this.soonest();
  }

  /** Takes what the composer wrote next. Returns what of it is going to play. @param promisedBeat where it begins however late it is by now: {@link canBeginAt} said so. */
  accept(span: ComposedSpan, promisedBeat?: Beats): ComposedSpan | undefined {
    this.look();
    this.written = span.untilBeat;
    if (promisedBeat === undefined) this.margin.choose();
    const joinBeat = Math.max(span.fromBeat, promisedBeat ?? this.soonest());
    if (joinBeat >= span.untilBeat) return undefined;
    const joined = spanFrom(span, joinBeat);
    // Between what is taken back and what comes instead nobody else is to have a turn.
    this.news.after(() => this.join(joined, joinBeat));
    this.plan.forget(this.parts.position.beat());
    this.lasts = Math.max(this.lasts, span.untilBeat);
    this.ledger.answered(joinBeat);
    return joined;
  }

  private join(fresh: ComposedSpan, joinBeat: Beats): void {
    const rest = this.plan.from(fresh.untilBeat);
    if (joinBeat > this.lasts) this.gap = { from: this.lasts, until: joinBeat };
    const replaces = this.lasts > joinBeat;
    if (replaces) this.takeBack(joinBeat);
    this.put(fresh, joinBeat, fresh.untilBeat);
    this.margin.queued();
    if (replaces && this.lasts > fresh.untilBeat) this.put(rest, fresh.untilBeat, this.lasts);
  }

  /**
   * The host is at `toBeat`: what was planned next plays there, at the same place in the bar, and all music moves `by` so many beats,
   * which are whole bars. Where it ends before that place the composer goes on there where it ends. Returns by how many beats that is.
   */
  relocate(fromBeat: Beats, toBeat: Beats, by: Beats): Beats {
    const place = toBeat - by;
    const goesOnAtEnd = !this.waits && this.lasts > fromBeat && this.lasts < place;
    const composedBy = goesOnAtEnd ? toBeat - this.lasts : by;
    this.plan.cut(fromBeat, place);
    this.plan.shift(by);
    this.written += composedBy;
    this.lasts += composedBy;
    this.ownedFrom += composedBy;
    this.anewFrom += composedBy;
    this.beginsAt += composedBy;
    this.gap = { from: this.gap.from + composedBy, until: this.gap.until + composedBy };
    this.ledger.goTo(toBeat);
    this.news.moved(composedBy);
    this.news.discarded(Math.min(fromBeat, toBeat));
    this.news.planned(toBeat, this.lasts, this.requeue(toBeat));
    return composedBy;
  }

  /** Queues anew what is planned from `fromBeat` on, and only that. Returns it as it is played. */
  requeue(fromBeat: Beats): Music {
    this.outOfShape = false;
    this.queue.silence(fromBeat);
    if (this.untold) this.queue.restate(this.plan.inForce(fromBeat), fromBeat);
    this.untold = false;
    return this.queue.shapeAnew(this.plan.from(fromBeat - shapingReach), fromBeat);
  }

  /** The shaping is another: silence is heard at once, all else from the next note on that can still be queued. */
  reshape(): void {
    const { heard } = this;
    const wanted = this.shaping;
    if (isDeepStrictEqual(heard, wanted)) return;
    this.heard = wanted;
    this.outOfShape = true;
    if (heard.audible && !wanted.audible) {
      const now = this.parts.position.beat();
      this.queue.silence(now);
      this.shapeAnew(now);
    } else if (!heard.audible && wanted.audible) {
      this.shapeAnew(this.parts.position.playing ? this.soonestAtAll() : this.parts.position.beat());
    }
    // Silence has lifted the pedals.
    if (!saysTheSame(heard, wanted) || (!heard.audible && wanted.audible)) this.restate(heard);
  }

  /** Tells the programs and controllers in force once more: where they go there may be somebody who has not heard. `former`: where they went. */
  restate(former?: Shaping): void {
    const { position } = this.parts;
    if (position.playing) this.queue.restate(this.plan.inForce(position.beat()), position.beat(), former);
    else this.untold = true;
  }

  /** An output has come, which has heard nothing: it gets what is queued already for the others, and is told what is in force. */
  welcome(): void {
    this.outOfShape = true;
    this.restate();
  }

  private standAt(beat: Beats): void {
    if (beat > this.lasts) this.gap = { from: this.lasts, until: beat };
    this.written = this.lasts = beat;
  }

  private discard(fromBeat: Beats): void {
    this.takeBack(fromBeat);
    this.lasts = Math.min(this.lasts, fromBeat);
    this.gap = { ...this.gap, until: Math.min(this.gap.until, fromBeat) };
    this.written = Math.min(this.written, fromBeat);
  }

  private takeBack(fromBeat: Beats): void {
    this.plan.discard(fromBeat);
    const { beat, stays } = this.queue.takeBack(fromBeat, this.soonestAtAll());
    this.news.discarded(beat);
    if (stays.notes.length > 0) this.news.planned(beat, fromBeat, stays);
  }

  private put(music: Pick<ComposedSpan, 'notes' | 'programs' | 'controls' | 'tempos'>, fromBeat: Beats, untilBeat: Beats): void {
    this.plan.add(music);
    const { notes } = this.queue.add(music, this.soonestAtAll());
    this.news.planned(fromBeat, untilBeat, { notes, tempos: music.tempos });
  }

  private shapeAnew(fromBeat: Beats): void {
    this.outOfShape = false;
    this.margin.choose();
    this.news.after(() => {
      this.news.discarded(fromBeat);
      this.news.planned(fromBeat, this.lasts, this.queue.shapeAnew(this.plan.from(fromBeat - shapingReach), fromBeat));
      this.margin.queued();
    });
  }

  private hasMusicAt(beat: Beats): boolean {
    return beat < this.lasts && !(beat >= this.gap.from && beat < this.gap.until);
  }

  /** The first beat that notes can still be written for: where they are played early, they must leave early. */
  private soonest(): Beats {
    return this.soonestAtAll() + this.shaping.humanise.timingBeats;
  }

  /** The first beat that a note can still be played at. */
  private soonestAtAll(): Beats {
    const { position } = this.parts;
    return position.playing ? position.beat() + this.margin.micros / position.beatMicros : -Infinity;
  }

  /** The first beat of which nothing has left yet, not for an output that is told early either. */
  private soonestEverywhere(): Beats {
    const { position, sender } = this.parts;
    return position.playing ? position.beat() + (this.margin.micros + sender.aheadMicros) / position.beatMicros : position.beat();
  }
}

/** Whether programs and controllers go where they went. */
function saysTheSame(one: Shaping, other: Shaping): boolean {
  return one.program === other.program && one.routing.channel === other.routing.channel && one.routing.drums === other.routing.drums;
}
