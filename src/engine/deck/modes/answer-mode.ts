import type { ComposedSpan } from '../../contracts/composer.js';
import type { MusicConstraint } from '../../music/constraint.js';
import { sameBeat, type Beats, type Micros } from '../../music/units.js';
import type { Boundary } from '../../parameters/boundaries.js';
import { nextBoundary } from '../boundary.js';
import { joinSpans, spanFrom } from '../join-spans.js';
import { moveSpan } from '../move-span.js';
import type { Voice } from '../voice.js';
import { LeadTimes } from './lead-times.js';
import { uncommittedFrom, type ModeGround } from './mode-ground.js';
import { upbeatRemoved } from './upbeat-removed.js';

/** Who asks for an answer may play on for so long into it: a last chord, a foot that is late. */
const graceBeats: Beats = 0.5;
/** What is composed first of an answer, so that it is soon there. */
const firstPiece: Beats = 0.5;
/** An answer is looked through for its first note so far: after that there is none. */
const longestSilence: Beats = 16;
/** So long before music must be queued an answer must be there: what is done with it takes a moment. */
const handlingMicros: Micros = 2_000;
/** An answer of no given length. */
const forGood: Beats = Infinity;

/** `beginning`: the first of an answer is being composed. */
type Phase = 'listening' | 'coming' | 'beginning' | 'answering';

/**
 * Call and response: the deck is silent while somebody plays and hears him, and answers at a cue, or once he has been silent
 * for a while; it stops after some bars or as soon as he plays again. While it listens its voice is told, beat by beat, what
 * was played, so that little is left to be read when the answer is due. Thread: main. Blocks: no.
 */
export class AnswerMode {
  private phase: Phase = 'listening';
  private cue: Boundary | undefined;
  /** Whether the answer that comes, or plays, was asked for: not by silence. */
  private asked = false;
  /** The kind of line that it begins on. */
  private boundary: Boundary = 'bar';
  private startBeat: Beats = 0;
  private endBeat: Beats = 0;
  /** The last onset that the last answer knew of, and the one that the answer to come was chosen after. */
  private answeredOnset: Beats = -Infinity;
  private chosenOnset: Beats = -Infinity;
  /** The beat, and the last onset, that the voice was told of last. */
  private toldAt: Beats = -Infinity;
  private toldOnset: Beats = -Infinity;
  private isTelling = false;
  /** When the answer was begun, and whether the deck had to rest since: how long it took tells nothing of its voice. */
  private begunMicros: Micros = 0;
  private hasRested = false;
  /** What was composed of an answer that has no note yet. */
  private upbeat: ComposedSpan | undefined;
  private leads = new LeadTimes();

  /** @param fills whether what is empty is played in though nobody has played anything new. */
  constructor(
    private readonly ground: ModeGround,
    private readonly fills = false,
  ) {}

  get isSilent(): boolean {
    return this.phase === 'listening' || this.phase === 'coming';
  }

  /** Whether there is to be no music now: nobody has answered yet. */
  waits(now: Beats): boolean {
    return this.isSilent || this.isBeginning || now < this.startBeat;
  }

  /** Where the answer that plays ends; Infinity where that is open. */
  get until(): Beats {
    return this.endBeat;
  }

  /**
   * Answers at the next boundary; one that plays is begun anew. One that is about to begin there is what was asked for. True where
   * an answer has ended.
   */
  takeOver(boundary: Boundary): boolean {
    if (this.isAboutToBeginAt(boundary)) {
      this.asked = true;
      this.boundary = boundary;
      return false;
    }
    const hasEnded = !this.isSilent && this.stop(uncommittedFrom(this.ground));
    this.phase = 'listening';
    this.cue = boundary;
    if (this.isTelling) this.ground.voice()?.composer.hurry?.();
    return hasEnded;
  }

  /** Listens from now on, whatever was; what was played long ago is answered no more. */
  enter(): void {
    const { hearing, position } = this.ground;
    this.reset();
    const recent = Math.max(this.ground.settings().beatsPerBar, this.ground.modeSettings().answerAfter);
    if (hearing.quietBeats(position.beat()) > recent) this.answeredOnset = hearing.lastOnset;
  }

  /** Another voice owns what comes from `atBeat` on. An answer that has not begun by then begins anew, with that one. */
  tookOver(atBeat: Beats): void {
    this.leads = new LeadTimes();
    this.toldAt = this.toldOnset = -Infinity;
    if (this.isSilent || !(this.isBeginning || atBeat < this.startBeat - sameBeat)) return;
    this.chooseAgain();
    this.upbeat = undefined;
    this.answeredOnset = -Infinity;
  }

  /** The host jumped and the music moved. */
  moved(by: Beats): void {
    // Its line is another now.
    if (this.phase === 'coming') this.chooseAgain();
    this.startBeat += by;
    this.endBeat += by;
    this.answeredOnset += by;
    this.toldAt = -Infinity;
    this.toldOnset += by;
    this.upbeat = this.upbeat && moveSpan(this.upbeat, by);
  }

  /** Ends an answer whose time is over, or that somebody plays into. Call it often. True where one has ended. */
  look(now: Beats): boolean {
    if (this.isSilent) return false;
    if (this.ground.mayPlay?.() === false) this.hasRested = true;
    if (this.isInterrupted()) return this.stop(uncommittedFrom(this.ground));
    if (now < this.endBeat) return false;
    // A last chord that came into its beginning is answered with the rest.
    this.answeredOnset = this.ground.hearing.lastOnset;
    return this.stop(this.endBeat);
  }

  /** What the voice is to do while the deck is silent; `undefined`: nothing now. */
  nextTask(voice: Voice, now: Beats): Promise<void> | undefined {
    if (!this.ground.position.playing) return undefined;
    if (this.phase === 'coming' && !this.asked && this.goesOn()) this.phase = 'listening';
    if (this.phase === 'listening') this.choose(now);
    if (this.phase === 'coming' && this.startBeat - now <= this.leadBeats + sameBeat) return this.begin(voice);
    return this.tell(voice, now);
  }

  /** What the beginning of an answer is to be like: there is a note at once. */
  opening(constraint: MusicConstraint, fromBeat: Beats): MusicConstraint {
    if (this.isSilent || (Math.abs(fromBeat - this.startBeat) > sameBeat && !this.isBeginning)) return constraint;
    const { onsetsPerBeat } = constraint;
    return { ...constraint, onsetsPerBeat: { low: Math.max(1, onsetsPerBeat?.low ?? 0), high: Math.max(1, onsetsPerBeat?.high ?? Infinity) } };
  }

  /** Whether the first of an answer is being composed: it is not late, whatever time it is. */
  get isBeginning(): boolean {
    return this.phase === 'beginning';
  }

  /**
   * Up to where to compose: of the beginning little, so that it is soon there; later its first beat in one piece, so that it begins
   * with a note, and nothing beyond its end.
   */
  reach(fromBeat: Beats, untilBeat: Beats): Beats {
    if (this.isBeginning) return fromBeat + firstPiece;
    const isFirst = Math.abs(fromBeat - this.startBeat) <= sameBeat;
    return Math.min(this.endBeat, isFirst ? Math.max(untilBeat, this.startBeat + 1) : untilBeat);
  }

  /** What was composed as it is to be played: an answer begins on its line, with the first note that there is. */
  finish(span: ComposedSpan): ComposedSpan {
    const { clock, settings } = this.ground;
    if (!this.isBeginning) return Math.abs(span.fromBeat - this.startBeat) > sameBeat ? span : this.inTime(upbeatRemoved(span));
    const beginning = this.upbeat ? joinSpans(this.upbeat, span) : span;
    if (span.notes.length === 0 && span.untilBeat < this.startBeat + longestSilence) {
      this.upbeat = beginning;
      return { ...span, programs: [], controls: [], tempos: [] };
    }
    if (!this.hasRested) this.leads.add(clock.now() - this.begunMicros);
    this.phase = 'answering';
    this.upbeat = undefined;
    return this.inTime(upbeatRemoved(this.withoutBars(beginning, settings().beatsPerBar)));
  }

  /** Music that begins with whole bars of silence begins so much earlier. */
  private withoutBars(span: ComposedSpan, bar: Beats): ComposedSpan {
    const first = Math.min(...span.notes.map((note) => note.beat));
    const by = Math.floor((first - span.fromBeat) / bar) * bar;
    if (!(by > 0 && by < Infinity)) return span;
    this.ground.delay(-by);
    return moveSpan(spanFrom(span, span.fromBeat + by), -by);
  }

  /** That the answer was asked for stands. */
  private chooseAgain(): void {
    this.phase = 'listening';
    if (this.asked) this.cue = this.boundary;
  }

  /** Whether an answer is on its way to that line that nobody has heard anything of yet. */
  private isAboutToBeginAt(boundary: Boundary): boolean {
    if (this.isBeginning && boundary === this.boundary) return true;
    const now = this.ground.position.beat();
    const line = nextBoundary(now, boundary, this.ground.settings().beatsPerBar);
    return !this.isSilent && now < this.startBeat && Math.abs(line - this.startBeat) <= sameBeat;
  }

  private get leadBeats(): Beats {
    return this.leads.micros / this.ground.position.beatMicros + this.queueingBeats;
  }

  /** So long before its beat an answer must be there. */
  private get queueingBeats(): Beats {
    const { ahead, position } = this.ground;
    return (ahead.margin.micros + handlingMicros) / position.beatMicros;
  }

  /** Where an answer can begin from `soonest` on: a newcomer gives none before its own beat. */
  private lineFrom(soonest: Beats, boundary: Boundary): Beats {
    return nextBoundary(this.ground.ahead.own(soonest), boundary, this.ground.settings().beatsPerBar);
  }

  /** Decides whether an answer comes, and where. */
  private choose(now: Beats): void {
    const { hearing } = this.ground;
    const { answerAt, answerAfter } = this.ground.modeSettings();
    const boundary = this.cue ?? answerAt;
    const beat = this.lineFrom(boundary === 'now' ? now : now + this.leadBeats, boundary);
    const isNew = this.fills || hearing.lastOnset > this.answeredOnset;
    const quiet = hearing.quietBeats(now);
    const falls = answerAfter > 0 && isNew && quiet > 0 && quiet + (beat - now) >= answerAfter;
    if (this.cue === undefined && !falls) return;
    this.asked = this.cue !== undefined;
    this.cue = undefined;
    this.chosenOnset = hearing.lastOnset;
    this.startBeat = beat;
    this.boundary = boundary;
    this.phase = 'coming';
  }

  private begin(voice: Voice): Promise<void> {
    const { hearing } = this.ground;
    const { answerBars } = this.ground.modeSettings();
    const bars = answerBars * this.ground.settings().beatsPerBar;
    this.answeredOnset = hearing.lastOnset;
    this.endBeat = bars === 0 ? forGood : this.startBeat + bars;
    this.phase = 'beginning';
    this.begunMicros = this.ground.clock.now();
    this.hasRested = false;
    this.upbeat = undefined;
    return this.ground.begin(voice, this.startBeat);
  }

  /** An answer that is there too late for its line takes the next, so that none of it is lost; one on no line begins at once. */
  private inTime(span: ComposedSpan): ComposedSpan {
    const { position, settings } = this.ground;
    const soonest = position.beat() + this.queueingBeats;
    if (span.fromBeat >= soonest) return span;
    const by = nextBoundary(soonest, this.boundary, settings().beatsPerBar) - span.fromBeat;
    this.startBeat += by;
    this.endBeat += by;
    this.ground.delay(by);
    this.ground.ahead.beginAnewAt(this.startBeat);
    return moveSpan(span, by);
  }

  /** Once a beat, as long as there is something new: the voice hears what was played, up to where an answer may begin. */
  private tell(voice: Voice, now: Beats): Promise<void> | undefined {
    const { clock, hearing } = this.ground;
    const { leads } = this;
    if (this.phase === 'coming' || Math.floor(now) <= this.toldAt || hearing.lastOnset <= this.toldOnset) return undefined;
    this.toldAt = Math.floor(now);
    this.toldOnset = hearing.lastOnset;
    const beat = this.lineFrom(now + this.leadBeats, this.ground.modeSettings().answerAt);
    const asked = clock.now();
    this.isTelling = true;
    return this.ground.prime(voice, beat).then(() => leads.expect(clock.now() - asked)).finally(() => (this.isTelling = false));
  }

  /** Whether somebody plays on whose silence was to be answered. */
  private goesOn(): boolean {
    const { hearing, position } = this.ground;
    return hearing.lastOnset > this.chosenOnset || hearing.quietBeats(position.beat()) === 0;
  }

  private isInterrupted(): boolean {
    const { lastOnset } = this.ground.hearing;
    return lastOnset > this.answeredOnset && (!this.asked || lastOnset > this.startBeat + graceBeats);
  }

  private stop(beat: Beats): true {
    this.ground.ahead.waits = true;
    this.ground.ahead.endAt(beat);
    this.reset();
    return true;
  }

  private reset(): void {
    this.phase = 'listening';
    this.cue = undefined;
  }
}
