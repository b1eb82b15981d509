import type { ComposedSpan } from '../contracts/composer.js';
import type { Score } from '../music/score.js';
import type { Beats, Micros } from '../music/units.js';
import type { Sender } from '../scheduling/sender.js';
import { samePlaceInBar } from './boundary.js';
import type { Position } from './deck-dependencies.js';
import { spanFrom } from './join-spans.js';
import type { DeckNews } from './news.js';
import { Plan } from './plan.js';
import { TickLedger } from './tick-ledger.js';

/** Notes must be queued this long before they are due: what is later rests. */
const safetyMicros: Micros = 10_000;

/**
 * The music a deck has planned, in session beats, and its place in the send queue.
 *
 * What a wish wants composed anew stays queued until the new music is there: an answer that comes late joins in where it can,
 * and what it replaces plays until then. A part that comes too late for its beat is left out: a deck rests, it is never late.
 * Thread: main. Blocks: no.
 */
export class MusicAhead {
  readonly plan = new Plan();
  readonly ledger = new TickLedger();
  private written: Beats = 0;
  private lasts: Beats = 0;
  /** The last stretch before {@link lastsUntil} that has no music. */
  private gap: { readonly from: Beats; readonly until: Beats } = { from: 0, until: 0 };
  private begun = false;

  constructor(
    private readonly owner: number,
    private readonly parts: { readonly sender: Sender; readonly position: Position },
    private readonly news: DeckNews,
  ) {}

  /** Where the composer stands. */
  get writtenUntil(): Beats {
    return this.written;
  }

  /** Until when there is music: beyond {@link writtenUntil} it is older than what the performer has wished for last. */
  get lastsUntil(): Beats {
    return this.lasts;
  }

  /** Accounts for what has fallen due. Call it often. */
  look(): void {
    const { position } = this.parts;
    if (!this.begun) return;
    if (position.playing) this.ledger.settle(position.beat(), (beat) => this.hasMusicAt(beat));
    else this.ledger.rest();
  }

  /** Another composer owns what comes from `beat` on. */
  beginAt(beat: Beats): void {
    this.look();
    this.discard(beat);
    if (!this.begun) this.ledger.goTo(beat);
    this.begun = true;
    this.standAt(beat);
  }

  /** Nothing is left and nothing can be there before `beat`. */
  restUntil(beat: Beats): void {
    this.look();
    this.discard(this.lasts);
    this.standAt(beat);
  }

  /** The composer writes anew from `beat` on; what it had written is still good if it is late. */
  writeAnewFrom(beat: Beats): void {
    this.written = Math.min(this.written, beat);
  }

  /** Nobody writes any more: what there is plays. */
  keepWhatThereIs(): void {
    this.written = this.lasts;
  }

  /** Takes what the composer wrote next. */
  accept(span: ComposedSpan): void {
    this.look();
    this.written = span.untilBeat;
    const joinBeat = Math.max(span.fromBeat, this.soonest());
    if (joinBeat >= span.untilBeat) return;
    const fresh = spanFrom(span, joinBeat);
    const rest = this.plan.from(span.untilBeat);
    if (joinBeat > this.lasts) this.gap = { from: this.lasts, until: joinBeat };
    const replaces = this.lasts > joinBeat;
    if (replaces) {
      this.parts.sender.flush(this.owner, joinBeat);
      this.plan.discard(joinBeat);
      this.news.discarded(joinBeat);
    }
    this.put(fresh, joinBeat, span.untilBeat);
    if (replaces && this.lasts > span.untilBeat) this.put(rest, span.untilBeat, this.lasts);
    this.plan.forget(this.parts.position.beat());
    this.lasts = Math.max(this.lasts, span.untilBeat);
    this.ledger.answered(joinBeat);
  }

  /** The host is at `toBeat`: what was planned next plays there, at the same place in the bar. Returns by how much it moved. */
  relocate(fromBeat: Beats, toBeat: Beats, beatsPerBar: number): Beats {
    const resume = Math.min(samePlaceInBar(fromBeat, toBeat, beatsPerBar), Math.max(this.lasts, fromBeat));
    const by = toBeat - resume;
    this.plan.cut(fromBeat, resume);
    this.plan.shift(by);
    this.written += by;
    this.lasts += by;
    this.gap = { from: this.gap.from + by, until: this.gap.until + by };
    this.ledger.goTo(toBeat);
    this.news.moved(by);
    this.requeue(toBeat);
    this.news.discarded(Math.min(fromBeat, toBeat));
    this.news.planned(toBeat, this.lasts, this.plan.from(toBeat));
    return by;
  }

  /** Queues anew what is planned from `fromBeat` on, and only that. */
  requeue(fromBeat: Beats): void {
    this.parts.sender.silence(this.owner);
    this.enqueue(this.plan.from(fromBeat));
  }

  private standAt(beat: Beats): void {
    if (beat > this.lasts) this.gap = { from: this.lasts, until: beat };
    this.written = this.lasts = beat;
  }

  private discard(fromBeat: Beats): void {
    this.parts.sender.flush(this.owner, fromBeat);
    this.plan.discard(fromBeat);
    this.lasts = Math.min(this.lasts, fromBeat);
    this.written = Math.min(this.written, fromBeat);
    this.news.discarded(fromBeat);
  }

  private put(music: Pick<ComposedSpan, 'notes' | 'programs' | 'controls' | 'tempos'>, fromBeat: Beats, untilBeat: Beats): void {
    this.plan.add(music);
    this.enqueue(music);
    this.news.planned(fromBeat, untilBeat, music);
  }

  private enqueue(music: Pick<Score, 'notes' | 'programs' | 'controls'>): void {
    this.parts.sender.queue(this.owner, music.notes, music.programs, music.controls);
  }

  private hasMusicAt(beat: Beats): boolean {
    return beat < this.lasts && !(beat >= this.gap.from && beat < this.gap.until);
  }

  /** The first beat that notes can still be queued for. */
  private soonest(): Beats {
    const { position } = this.parts;
    return position.playing ? position.beat() + safetyMicros / position.beatMicros : -Infinity;
  }
}
