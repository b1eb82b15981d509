import type { LinkFigures } from '../contracts/link-figures.js';
import { ContinuoError } from '../errors.js';
import { sameBeat, type Beats } from '../music/units.js';
import type { Boundary } from '../parameters/boundaries.js';
import { movedByBars } from './boundary.js';
import type { DeckDependencies, DeckRealTime, DeckState } from './deck-dependencies.js';
import type { Entry } from './entry.js';
import { Errands } from './errands.js';
import { KeptStates } from './kept-states.js';
import type { Ready } from './make-ready.js';
import { PlayModes } from './modes/play-modes.js';
import { MusicAhead } from './music-ahead.js';
import { DeckNews } from './news.js';
import type { Frame, Plan } from './plan.js';
import { Portions } from './portions.js';
import { Rests, shortestRest } from './rests.js';
import { Rewinding } from './rewinding.js';
import { SpeedWatch } from './speed-watch.js';
import { Steering } from './steering/steering.js';
import { styleFault } from './styles.js';
import { Succession } from './succession.js';
import type { Voice } from './voice.js';
import { closed, type WaitingVoices } from './waiting-voices.js';
import { Wishes } from './wishes.js';

/**
 * One composer and the music it keeps composed ahead.
 *
 * Beats of the composer and beats of the session differ by `shift`, so that a host that jumps moves the plan at once
 * and nothing is composed again. Thread: main. Blocks: no.
 */
export class Deck {
  /** What its models remembered, under names. */
  readonly states: KeptStates;
  /** What is wanted of its music where it is. */
  readonly steering: Steering;
  /** What it makes of what it hears. */
  readonly modes: PlayModes;
  /** Who plays it next. */
  readonly succession: Succession;
  /** Goes back to what it played. */
  readonly rewinding: Rewinding;
  private readonly errands = new Errands();
  private voice: Voice | undefined;
  /** Its music, planned and queued. */
  readonly ahead: MusicAhead;
  private shift: Beats = 0;
  /** What the voice does now; settled when it is idle. */
  private work: Promise<void> | undefined;
  private readonly wishes = new Wishes();
  private readonly portions: Portions;
  private readonly rests = new Rests();
  private speed = new SpeedWatch();
  private readonly news: DeckNews;
  private relocations = 0;
  private disposed = false;
  private readonly onChanged: (() => void)[] = [];

  constructor(
    /** 1.. ; the owner of its notes in the send queue. */
    readonly number: number,
    private readonly parts: DeckDependencies,
  ) {
    this.news = new DeckNews(number, (event) => parts.emit(event));
    this.ahead = new MusicAhead(number, parts, this.news);
    const ground = {
      ...parts,
      deck: number,
      plan: this.plan,
      ahead: this.ahead,
      voice: () => this.voice,
      freeFrom: () => this.portions.answerFrom(parts.position.beat(), parts.position.beat()),
      errand: <Result>(run: (voice: Voice) => Promise<Result>) => this.errand(run),
      prime: (voice: Voice, atBeat: Beats, frame?: Frame) => this.prime(voice, atBeat, frame),
    };
    const freeFrom = (spareBeats: Beats = 0): Beats => this.ahead.own(ground.freeFrom() + spareBeats);
    this.succession = new Succession({
      ...ground,
      relocations: () => this.relocations,
      playing: () => this.voice !== undefined,
      changed: () => this.changed(),
      failed: (voice, error) => {
        if (voice.composer === this.voice?.composer) this.voiceFailed(error);
      },
      wishesMade: () => this.wishes.made,
      takeOver: (voice, atBeat, ready) => this.takeOver(voice, atBeat, ready),
    });
    this.steering = new Steering({ ...ground, freeFrom, revise: () => this.revise() });
    this.modes = new PlayModes({
      ...ground,
      begin: (voice, atBeat) => this.begin(voice, atBeat),
      delay: (by) => void (this.shift += by),
      hearAgain: () => this.wishes.add('bars', parts.position.beat()),
      advance: () => this.advance(),
    });
    this.portions = new Portions({ ...ground, steering: this.steering, modes: this.modes, wishes: this.wishes, speed: () => this.speed });
    this.rewinding = new Rewinding({
      ...ground,
      freeFrom,
      steering: this.steering,
      isSilent: () => this.modes.isSilent,
      asks: (atBeat) => this.asks(atBeat),
      compose: (voice, untilBeat) => this.compose(voice, untilBeat),
      shiftBy: (by) => (this.shift = by),
    });
    this.states = new KeptStates({
      ...ground,
      heardBeat: () => parts.position.beat() - this.shift,
      takeBack: async (voice) => {
        this.steering.replaying.leave();
        const fromBeat = freeFrom();
        if (voice === this.voice && this.ahead.writtenUntil > fromBeat) await this.takeBack(voice, fromBeat);
      },
      changed: (names) => parts.keptStates?.(names),
    });
  }

  /** What it has played and is going to play. */
  get plan(): Plan {
    return this.ahead.plan;
  }

  /** Voices that do not play and can at once. */
  get waiting(): WaitingVoices {
    return this.succession.waiting;
  }

  /** The pack that composes: one that has taken over is not heard before its boundary. */
  get pack(): string {
    return this.voice?.pack ?? '';
  }

  /** The pack that plays, or as long as none has been heard, the one that will. */
  get heardPack(): string {
    return this.voice ? this.news.heardPack || this.pack : '';
  }

  get state(): DeckState {
    if (this.voice === undefined) {
      if (this.succession.underWay) return 'loading';
      return this.succession.hadFailures ? 'failed' : 'empty';
    }
    if (this.parts.mayPlay?.() === false) return 'resting';
    if (this.modes.isSilent) return 'listening';
    return this.rests.resting ? 'resting' : 'playing';
  }

  get underruns(): number {
    return this.rests.taken;
  }

  /** Times the device or the server of its voice was lost. */
  get losses(): number {
    return this.succession.losses;
  }

  get timesRealTime(): number {
    return this.speed.timesRealTime(this.parts.position.beatMicros);
  }

  /** How the machine is reached that the voice computes on; nothing but zeros where that is this one. */
  get link(): LinkFigures {
    return this.speed.link;
  }

  /** How it keeps the real-time law at the present tempo. */
  get realTime(): DeckRealTime {
    const { figures, missedTicks } = this.ahead.ledger;
    const answerMilliseconds = this.speed.answerMicros(this.parts.position.beatMicros) / 1000;
    return { ...figures, missedTicks, answerMilliseconds, pace: this.portions.pace };
  }

  /** Beats planned past the present position. */
  get aheadBeats(): Beats {
    return this.ahead.lastsUntil - this.parts.position.beat();
  }

  /** Keeps the horizon filled. Call it often and after every change; it never waits. */
  advance(): void {
    if (this.disposed) return;
    this.news.heardAt(this.parts.position.beat());
    this.modes.look();
    this.steering.look();
    this.ahead.look();
    this.succession.advance();
    const { voice } = this;
    if (!voice || this.work) return;
    const task = this.nextTask(voice);
    if (!task) return;
    const work: Promise<void> = task.then(
      () => this.worked(work),
      (cause: unknown) => {
        if (voice === this.voice) this.voiceFailed(ContinuoError.from(cause, 'modelFailed'));
        this.worked(work);
      },
    );
    this.work = work;
  }

  /** A piece of work ended: look for the next, unless the voice it was done for has been replaced meanwhile. */
  private worked(work: Promise<void>): void {
    if (this.work !== work) return;
    this.work = undefined;
    this.advance();
    this.changed();
  }

  /** Composes again what is not committed, under the present controls. */
  revise(): void {
    this.wishes.add('changed', this.parts.position.beat());
    this.ahead.ledger.wished(this.parts.position.beat());
    this.advance();
  }

  /** The host's bars are others from now on: music whose bars can be these is composed again in them. */
  rebar(): void {
    // A boundary chosen before means nothing now.
    this.relocations += 1;
    if (this.voice?.keepsMeter) this.wishes.add('bars', this.parts.position.beat());
    this.advance();
  }

  /**
   * Loads a pack and lets it take over at the boundary; resolves when its first notes are queued. A later load replaces one
   * that is under way. Errors: `unknownPack`, `badPack`, `modelFailed`, `swapFailed`: the old pack plays on.
   */
  async load(pack: string, boundary: Boundary, entry?: Entry): Promise<void> {
    await this.succession.load({ pack }, boundary, entry);
    this.advance();
  }

  /** The host is at `toBeat` from now on: what was planned next plays there, at the same place in the bar. */
  relocate(fromBeat: Beats, toBeat: Beats): void {
    if (fromBeat === toBeat) return;
    const by = movedByBars(fromBeat, toBeat, this.parts.settings().beatsPerBar);
    const composedBy = this.ahead.relocate(fromBeat, toBeat, by);
    this.shift += composedBy;
    this.steering.moved(by, composedBy);
    this.modes.moved(by);
    this.succession.freeze.moved(by);
    this.wishes.moved();
    this.relocations += 1;
    // What the composer took for the first beat of a bar has become another.
    if (Math.abs(composedBy - by) > sameBeat) this.rebar();
    else this.advance();
  }

  /** Resolves when nothing more can be done before time moves on. For rendering, where time waits for the music. */
  async settled(): Promise<void> {
    this.advance();
    while (this.work || this.succession.working) {
      await new Promise<void>((resolve) => this.onChanged.push(resolve));
    }
  }

  /** Ends the deck's notes and frees its voice. */
  async dispose(): Promise<void> {
    this.disposed = true;
    this.news.end();
    const succession = this.succession.dispose();
    this.errands.refuseAll(closed(this.number));
    this.parts.sender.silence(this.number);
    await this.work;
    await Promise.all([this.voice?.composer.dispose(), succession]);
    this.voice = undefined;
  }

  private nextTask(voice: Voice): Promise<void> | undefined {
    const now = this.parts.position.beat();
    if (this.parts.mayPlay?.() === false) return undefined;
    if (this.modes.isSilent) return this.modes.nextTask(voice) ?? this.errands.next(voice);
    if (this.ahead.lastsUntil < now && this.modes.misses(this.ahead.lastsUntil)) return this.restart(voice, now);
    if (this.portions.hasDueWishes(now)) {
      const { wish, beat } = this.wishes.take(now);
      const fromBeat = this.ahead.own(this.portions.answerFrom(beat, now));
      if (wish === 'bars') return this.primeAgain(voice, Math.min(this.ahead.writtenUntil, fromBeat));
      if (this.ahead.writtenUntil > fromBeat) return this.takeBack(voice, fromBeat);
    }
    const errand = this.errands.next(voice);
    if (errand) return errand;
    const until = this.portions.next(now);
    return until === undefined ? undefined : this.compose(voice, until);
  }

  private async compose(voice: Voice, until: Beats): Promise<void> {
    const { clock, position, settings } = this.parts;
    const asked = this.wishes.takeQuestion();
    this.ahead.ledger.passedOn();
    const { turn } = this.modes;
    const isOver = (): boolean => this.voice !== voice || this.disposed || this.modes.turn !== turn;
    // An answer is always given to its end: a knob that never rests would never be heard.
    const stopped = (): boolean => isOver() || (asked === undefined && this.portions.hasDueWishes(position.beat()));
    const place = { fromBeat: this.ahead.writtenUntil, untilBeat: until, shift: this.shift };
    const { span, micros } = await this.steering.compose(voice, place, asked !== undefined, stopped);
    if (isOver()) return;
    this.speed.add(span, asked === undefined ? micros : clock.now() - asked);
    this.news.say(this.speed.warning({ pack: voice.pack, beatMicros: position.beatMicros, commit: settings().commit }));
    // A loop has no take, and plays all the same.
    const played = this.ahead.accept(this.modes.finish(this.steering.finish(span)));
    voice.take?.plays(played, this.shift);
    if (this.ahead.lastsUntil > position.beat()) this.rests.end();
    if (this.speed.measured) this.succession.settled();
  }

  private async takeBack(voice: Voice, fromBeat: Beats): Promise<void> {
    this.asks(fromBeat);
    await voice.composer.rewind(fromBeat - this.shift);
  }

  /** Lets the voice hear its past anew, as the host counts it now. */
  private async primeAgain(voice: Voice, fromBeat: Beats): Promise<void> {
    this.asks(fromBeat);
    this.steering.replaying.hearsAgain(voice, this.shift);
    await this.prime(voice, fromBeat);
  }

  /** Tells the voice all that was before `atBeat`; it goes on from there. */
  private async prime(voice: Voice, atBeat: Beats, frame: Frame = {}): Promise<void> {
    this.shift = 0;
    await voice.composer.prime(this.plan.history(atBeat, { ...this.parts.controls.frameFor(voice), ...frame }), atBeat);
  }

  private async begin(voice: Voice, atBeat: Beats): Promise<void> {
    this.ahead.restUntil(atBeat);
    this.wishes.beginAnew(this.parts.position.beat());
    await this.prime(voice, atBeat);
  }

  private asks(fromBeat: Beats): void {
    const { clock, position } = this.parts;
    this.ahead.writeAnewFrom(fromBeat);
    this.wishes.passOn(position.beat(), clock.now());
  }

  private errand<Result>(run: (voice: Voice) => Promise<Result>): Promise<Result> {
    if (this.disposed) return Promise.reject(closed(this.number));
    const done = this.errands.add(run);
    this.advance();
    return done;
  }

  /** The music has overtaken the composer: rest, and begin again ahead of it. */
  private async restart(voice: Voice, now: Beats): Promise<void> {
    const { position, settings } = this.parts;
    const startBeat = this.rests.startAfter(now, this.speed.restBeats(position.beatMicros, settings().horizon, shortestRest));
    await this.begin(voice, startBeat);
  }

  private changed(): void {
    for (const resolve of this.onChanged.splice(0)) resolve();
  }

  /** The boundary has a new owner: what the old voice planned after it goes, its sounding notes end when they would have. */
  private takeOver(voice: Voice, atBeat: Beats, { span, answerMicros, wishesKnown }: Ready): void {
    const { voice: former, work: formerWork } = this;
    this.ahead.beginAt(atBeat);
    this.voice = voice;
    this.work = undefined;
    this.shift = 0;
    this.speed = new SpeedWatch();
    this.speed.add(span, answerMicros);
    this.rests.end();
    this.wishes.handOver(wishesKnown, this.parts.position.beat());
    this.ahead.ledger.passedOn();
    this.news.arrives(atBeat, voice.loopBars === undefined ? voice.pack : undefined);
    this.parts.controls.adopt(voice.sampling);
    this.news.say(styleFault(voice, this.parts.controls.style));
    this.news.say(this.steering.unkept());
    const played = this.modes.tookOver(() => this.steering.finish(span), atBeat);
    voice.take?.plays(played, 0);
    this.succession.tookOver(voice, former, formerWork);
  }

  /** The voice died, or what it computes on is gone. What it composed still plays while something else takes its place. */
  private voiceFailed(error: ContinuoError): void {
    const voice = this.voice;
    if (!voice || this.disposed) return;
    this.parts.report(error);
    this.voice = undefined;
    this.wishes.forget();
    this.ahead.keepWhatThereIs();
    void this.goOn(voice, error);
  }

  private async goOn(former: Voice, error: ContinuoError): Promise<void> {
    const refusal = await this.succession.goOnFor(former, error);
    if (refusal) this.errands.refuseAll(refusal);
    this.changed();
    this.advance();
  }
}
