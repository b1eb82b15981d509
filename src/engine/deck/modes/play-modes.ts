import type { ComposeControls, ComposedSpan } from '../../contracts/composer.js';
import { ContinuoError } from '../../errors.js';
import { sameBeat, type Beats } from '../../music/units.js';
import type { Boundary } from '../../parameters/boundaries.js';
import { spanUntil } from '../join-spans.js';
import type { Place } from '../steering/steering.js';
import type { Voice } from '../voice.js';
import { AccompanyMode, heardKey } from './accompany-mode.js';
import { AnswerMode } from './answer-mode.js';
import { uncommittedFrom, type ModeGround } from './mode-ground.js';
import { waitsForSomebody, type PlayMode } from './play-mode.js';
import { QueryDesk } from './query-desk.js';

/** A voice that is to play again has so much time to hear its past, beside the time for an answer. */
const readingBeats: Beats = 0.5;
/** Who sets a mode for a beat looks now and then: it is set so much earlier. */
const lookingBeats: Beats = 0.25;

/** What a deck makes of what it hears: the mode that is set, and what it changes of how the deck plays. Thread: main. Blocks: no. */
export class PlayModes {
  private readonly answer: AnswerMode;
  private readonly fill: AnswerMode;
  private readonly desk: QueryDesk;
  private readonly accompany: AccompanyMode;
  private current: PlayMode = 'continue';
  private turns = 0;
  /** It has been silent, and is to play by itself again. */
  private returns = false;
  /** Where it plays by itself again. */
  private returnBeat: Beats = -Infinity;
  /** What a mode changes that is still to be set is heard from here on. */
  private booked: { readonly mode: PlayMode; readonly beat: Beats } | undefined;
  /** What the present mode changed is heard from here on at the earliest. */
  private earliest: Beats = -Infinity;

  constructor(private readonly ground: ModeGround) {
    this.answer = new AnswerMode(ground);
    // It plays from bar to bar until somebody else does.
    this.fill = new AnswerMode({ ...ground, modeSettings: () => ({ ...ground.modeSettings(), answerAt: 'bar', answerBars: 0 }) }, true);
    this.accompany = new AccompanyMode(ground);
    this.desk = new QueryDesk(ground);
    const { controls } = ground;
    const complete = controls.complete;
    controls.complete = (wanted, place) => complete(this.complete(wanted, place), place);
  }

  /** Rises whenever what is being composed is not wanted any more. */
  get turn(): number {
    return this.turns;
  }

  /** Whether the deck says nothing by itself now. */
  get isSilent(): boolean {
    return this.returns || this.isSilentByMode;
  }

  /** Follows the parameter, and ends what is over. Call it often. */
  look(): void {
    const { mode } = this.ground.modeSettings();
    if (mode !== this.current) this.change(mode);
    const now = this.ground.position.beat();
    if (this.turnTaking?.look(now)) this.turns += 1;
    this.desk.look();
    if (mode === 'accompany') this.accompany.look();
    this.ground.ahead.waits = this.turnTaking?.waits(now) ?? (this.isSilent || now < this.returnBeat);
  }

  /** How long before a beat a mode must be set that is to be heard from there on. */
  noticeFor(mode: PlayMode): Beats {
    const notice = this.ground.freeFrom() - this.ground.position.beat() + lookingBeats;
    return this.isSilent && !waitsForSomebody(mode) ? notice + readingBeats : notice;
  }

  /** Where `mode` is the next to be set it is heard from `beat` on, and not before. */
  notBefore(mode: PlayMode, beat: Beats): void {
    this.look();
    this.booked = mode === this.current ? undefined : { mode, beat };
  }

  /** What the voice is to do while the deck is silent; `undefined`: nothing now. */
  nextTask(voice: Voice): Promise<void> | undefined {
    if (this.returns) return this.return(voice);
    return this.current === 'query' ? this.desk.nextTask(voice) : this.turnTaking?.nextTask(voice, this.ground.position.beat());
  }

  /** Up to where the deck may compose, whose horizon is set to `horizon`, and must not be below `least`. */
  limit(horizon: Beats, least: Beats = 0): Beats {
    if (this.isBeginning) return Infinity;
    const wanted = this.current === 'accompany' ? Math.min(horizon, this.accompany.horizon) : horizon;
    return Math.min(this.ground.position.beat() + Math.max(least, wanted), this.turnTaking?.until ?? Infinity);
  }

  /** Whether the deck is about to begin, whatever time it is. */
  get isBeginning(): boolean {
    return this.turnTaking?.isBeginning === true;
  }

  /** Whether music is missed where there is none from `beat` on: not before a beginning, and not behind the end of an answer. */
  misses(beat: Beats): boolean {
    return !this.isBeginning && beat < (this.turnTaking?.until ?? Infinity) - sameBeat;
  }

  /** Up to where to compose next, where otherwise it would be to `untilBeat`. */
  reach(untilBeat: Beats): Beats {
    return this.turnTaking?.reach(this.ground.ahead.writtenUntil, untilBeat) ?? untilBeat;
  }

  /** What was composed as it is to be played. */
  finish(span: ComposedSpan): ComposedSpan {
    return this.turnTaking?.finish(span) ?? span;
  }

  /**
   * Another voice owns what comes from `atBeat` on. Returns what of its head start is going to play: nothing where the deck
   * listens, nothing after an answer.
   */
  tookOver(headStart: () => ComposedSpan, atBeat: Beats): ComposedSpan | undefined {
    this.answer.tookOver(atBeat);
    this.fill.tookOver(atBeat);
    if (this.isSilent) return undefined;
    const span = headStart();
    const untilBeat = Math.max(atBeat, this.turnTaking?.until ?? Infinity);
    if (span.untilBeat <= untilBeat) return this.ground.ahead.accept(span, atBeat);
    // It has composed further, and is to stand where its music ends.
    this.ground.hearAgain();
    return untilBeat > atBeat ? this.ground.ahead.accept(spanUntil(span, untilBeat), atBeat) : undefined;
  }

  /** Answers at the next boundary, by default the one that is set. Errors: `badValue` in other modes. */
  takeOver(boundary?: Boundary): void {
    this.look();
    const { turnTaking } = this;
    if (!turnTaking) {
      throw new ContinuoError('badValue', `Deck ${this.ground.deck} does not answer: set deck/${this.ground.deck}/play-mode to answer first.`);
    }
    if (turnTaking.takeOver(boundary ?? (this.current === 'fill' ? 'bar' : this.ground.modeSettings().answerAt))) this.turns += 1;
    this.ground.advance();
  }

  /** Where it is asked for single notes. Errors: `badValue` in other modes. */
  get queries(): QueryDesk {
    this.look();
    this.desk.checkMode();
    return this.desk;
  }

  /** The host jumped and the music moved. */
  moved(by: Beats): void {
    this.answer.moved(by);
    this.fill.moved(by);
    this.accompany.moved(by);
    this.desk.moved(by);
    this.returnBeat += by;
    this.earliest += by;
    if (this.booked) this.booked = { ...this.booked, beat: this.booked.beat + by };
  }

  /** Where it plays by turns with somebody. */
  private get turnTaking(): AnswerMode | undefined {
    if (this.current === 'answer') return this.answer;
    return this.current === 'fill' ? this.fill : undefined;
  }

  private get isSilentByMode(): boolean {
    return this.current === 'query' || this.turnTaking?.isSilent === true;
  }

  /** What the voice was told and asked while it was silent is forgotten: it hears what was played, and goes on from there. */
  private return(voice: Voice): Promise<void> {
    this.returns = false;
    const soonest = this.ground.freeFrom() + readingBeats;
    this.returnBeat = this.ground.ahead.own(soonest > this.earliest ? Math.ceil(soonest) : this.earliest);
    return this.ground.begin(voice, this.returnBeat);
  }

  private change(mode: PlayMode): void {
    const { ahead } = this.ground;
    const waited = this.turnTaking?.waits(this.ground.position.beat()) ?? this.isSilent;
    this.current = mode;
    this.earliest = this.booked?.mode === mode ? this.booked.beat : -Infinity;
    this.booked = undefined;
    this.returns = false;
    this.answer.enter();
    this.fill.enter();
    this.desk.begin();
    const isSilent = this.isSilentByMode;
    this.returns = waited && !isSilent;
    if (!this.isSilent) return;
    this.turns += 1;
    ahead.endAt(Math.max(uncommittedFrom(this.ground), this.earliest));
  }

  private complete(controls: ComposeControls, place?: Place): ComposeControls {
    const { turnTaking } = this;
    if (!turnTaking && this.current !== 'accompany') return controls;
    const key = this.ground.modeSettings().followKey ? heardKey(this.ground) : undefined;
    const constraint = this.current === 'accompany' ? this.accompany.harmonised(controls.constraint) : controls.constraint;
    return {
      ...controls,
      keySemitones: key?.semitones ?? controls.keySemitones,
      constraint: turnTaking && place ? turnTaking.opening(constraint, place.fromBeat) : constraint,
    };
  }
}
