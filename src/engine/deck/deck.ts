import type { ComposedSpan } from '../contracts/composer.js';
import type { LinkFigures } from '../contracts/link-figures.js';
import { ContinuoError } from '../errors.js';
import type { Beats, Micros } from '../music/units.js';
import type { Boundary } from '../parameters/boundaries.js';
import type { DeckDependencies, DeckRealTime, DeckState } from './deck-dependencies.js';
import { Errands } from './errands.js';
import { HotSwap, type SwapGround } from './hot-swap.js';
import { KeptStates } from './kept-states.js';
import { moveSpan } from './move-span.js';
import { MusicAhead } from './music-ahead.js';
import { DeckNews } from './news.js';
import type { Plan } from './plan.js';
import { ticksPerBeat, type Pace } from './real-time-law.js';
import { Rescue } from './rescue.js';
import { Rests, shortestRest } from './rests.js';
import { ReturnWatch } from './return-watch.js';
import { SpeedWatch } from './speed-watch.js';
import { styleFault } from './styles.js';
import { Substitution } from './substitution.js';
import type { Voice, VoiceRequest } from './voice.js';
import { Wishes } from './wishes.js';

/** How much is asked of a composer at once where nothing has changed: short, so that a turned knob is heard soon. */
const requestBeats: Beats = 1;

/**
 * One composer and the music it keeps composed ahead.
 *
 * Beats of the composer and beats of the session differ by `shift`, so that a host that jumps moves the plan at once
 * and nothing is composed again. Thread: main. Blocks: no.
 */
export class Deck {
  /** What its models remembered, under names. */
  readonly states: KeptStates;
  private readonly errands = new Errands();
  private voice: Voice | undefined;
  private readonly ahead: MusicAhead;
  private shift: Beats = 0;
  /** What the voice does now; settled when it is idle. */
  private work: Promise<void> | undefined;
  private readonly wishes = new Wishes();
  private readonly rests = new Rests();
  private speed = new SpeedWatch();
  private swap: HotSwap | undefined;
  private readonly rescue: Rescue;
  private readonly substitution: Substitution;
  private readonly returnWatch: ReturnWatch;
  private readonly news: DeckNews;
  private relocations = 0;
  private disposed = false;
  private onChanged: (() => void)[] = [];

  constructor(
    /** 1.. ; the owner of its notes in the send queue. */
    readonly number: number,
    private readonly parts: DeckDependencies,
  ) {
    this.news = new DeckNews(number, (event) => parts.emit(event));
    this.ahead = new MusicAhead(number, parts, this.news);
    this.rescue = new Rescue(this.swapGround('rescue'), (error) => parts.report(error));
    this.returnWatch = new ReturnWatch((event) => parts.emit(event));
    this.substitution = new Substitution(number, parts, this.rescue, this.returnWatch);
    this.states = new KeptStates({
      deck: number,
      voice: () => this.voice,
      heardBeat: () => parts.position.beat() - this.shift,
      errand: (run) => this.errand(run),
      takeBack: (voice) => this.takeBackUncommitted(voice),
      changed: (names) => parts.keptStates?.(names),
    });
  }

  /** What it has played and is going to play. */
  get plan(): Plan {
    return this.ahead.plan;
  }

  get pack(): string {
    return this.voice?.pack ?? '';
  }

  get state(): DeckState {
    if (this.voice === undefined) {
      if (this.swap || this.rescue.underWay) return 'loading';
      return this.substitution.wasNeeded ? 'failed' : 'empty';
    }
    return this.rests.resting ? 'resting' : 'playing';
  }

  get underruns(): number {
    return this.rests.taken;
  }

  /** Times the device or the server of its voice was lost. */
  get losses(): number {
    return this.substitution.losses;
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
    return { ...figures, missedTicks, answerMilliseconds, pace: this.pace };
  }

  /** Beats planned past the present position. */
  get aheadBeats(): Beats {
    return this.ahead.lastsUntil - this.parts.position.beat();
  }

  /** Keeps the horizon filled. Call it often and after every change; it never waits. */
  advance(): void {
    this.news.heardAt(this.parts.position.beat());
    this.ahead.look();
    this.swap?.advance();
    this.rescue.advance();
    const { voice } = this;
    if (!voice || this.work || this.disposed) return;
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

  /** Errors: `badValue` where the pack that plays has not such a style. */
  checkStyle(style: string): void {
    const fault = this.voice && styleFault(this.voice, style);
    if (fault !== undefined) throw new ContinuoError('badValue', fault);
  }

  /**
   * Loads a pack and lets it take over at the boundary; resolves when its first notes are queued.
   * A later load replaces one that is under way. Errors: `unknownPack`, `badPack`, `modelFailed`, `swapFailed`:
   * the old pack plays on.
   */
  async load(pack: string, boundary: Boundary): Promise<void> {
    this.swap?.abandon();
    const swap = new HotSwap({ pack }, boundary, this.swapGround('performer'));
    this.swap = swap;
    try {
      await swap.run();
    } finally {
      if (this.swap === swap) this.swap = undefined;
      this.changed();
    }
    this.advance();
  }

  /** The host is at `toBeat` from now on: what was planned next plays there, at the same place in the bar. */
  relocate(fromBeat: Beats, toBeat: Beats): void {
    if (fromBeat === toBeat) return;
    this.shift += this.ahead.relocate(fromBeat, toBeat, this.parts.settings().beatsPerBar);
    this.wishes.moved();
    this.relocations += 1;
    this.advance();
  }

  /** Queues anew what is planned from `fromBeat` on, and only that. */
  requeue(fromBeat: Beats): void {
    this.ahead.requeue(fromBeat);
  }

  /** Resolves when nothing more can be done before time moves on. For rendering, where time waits for the music. */
  async settled(): Promise<void> {
    this.advance();
    while (this.work || this.rescue.working || (this.swap && !this.swap.waitsForTime)) {
      await new Promise<void>((resolve) => this.onChanged.push(resolve));
    }
  }

  /** Ends the deck's notes and frees its voice. */
  async dispose(): Promise<void> {
    this.disposed = true;
    this.swap?.abandon();
    this.rescue.abandon();
    this.returnWatch.dispose();
    this.errands.refuseAll(new ContinuoError('badValue', `Deck ${this.number} is closed.`));
    this.parts.sender.silence(this.number);
    await this.work;
    await this.voice?.composer.dispose();
    this.voice = undefined;
  }

  private nextTask(voice: Voice): Promise<void> | undefined {
    const now = this.parts.position.beat();
    if (this.ahead.lastsUntil < now) return this.restart(voice, now);
    if (this.hasDueWishes(now)) {
      const { wish, beat } = this.wishes.take(now);
      const fromBeat = this.answerFrom(beat, now);
      if (wish === 'bars') return this.primeAgain(voice, Math.min(this.ahead.writtenUntil, fromBeat));
      if (this.ahead.writtenUntil > fromBeat) return this.takeBack(voice, fromBeat);
    }
    const errand = this.errands.next(voice);
    if (errand) return errand;
    const until = this.nextUntil(now);
    return until > now + this.parts.settings().horizon ? undefined : this.compose(voice, until);
  }

  private hasDueWishes(now: Beats): boolean {
    const { playing } = this.parts.position;
    return this.wishes.areDue(now, playing ? this.pace.intervalTicks / ticksPerBeat : 0);
  }

  /** An answer is as long as the law wants it; without a change it goes on beat by beat. What cannot be heard any more is passed over. */
  private nextUntil(now: Beats): Beats {
    const { writtenUntil } = this.ahead;
    if (this.wishes.areAsked) return writtenUntil + this.pace.lengthTicks / ticksPerBeat;
    return Math.floor((writtenUntil < now ? this.answerFrom(now, now) : writtenUntil) + requestBeats);
  }

  private get pace(): Pace {
    return this.speed.pace(this.parts.position.beatMicros);
  }

  /** What is committed stands when something is wished for, and so does what an answer cannot be in time for. */
  private answerFrom(wishBeat: Beats, now: Beats): Beats {
    const { position, settings } = this.parts;
    return Math.max(wishBeat + settings().commit, now + this.speed.answerBeats(position.beatMicros));
  }

  private async compose(voice: Voice, until: Beats): Promise<void> {
    const { clock, controls, position, settings } = this.parts;
    const asked = this.wishes.takeQuestion();
    const started = clock.now();
    this.ahead.ledger.passedOn();
    const isOver = (): boolean => this.voice !== voice || this.disposed;
    // An answer is always given to its end: a knob that never rests would never be heard.
    const stopped = (): boolean => isOver() || (asked === undefined && this.hasDueWishes(position.beat()));
    const span = await voice.composer.compose(until - this.shift, controls.read(voice), stopped);
    if (isOver()) return;
    this.speed.add(span, clock.now() - (asked ?? started));
    this.news.say(this.speed.warning({ pack: voice.pack, beatMicros: position.beatMicros, commit: settings().commit }));
    this.ahead.accept(moveSpan(span, this.shift));
    if (this.ahead.lastsUntil > position.beat()) this.rests.end();
    if (this.speed.measured) this.substitution.settled();
  }

  private async takeBack(voice: Voice, fromBeat: Beats): Promise<void> {
    this.asks(fromBeat);
    await voice.composer.rewind(fromBeat - this.shift);
  }

  private async takeBackUncommitted(voice: Voice): Promise<void> {
    const now = this.parts.position.beat();
    const fromBeat = this.answerFrom(now, now);
    if (voice === this.voice && this.ahead.writtenUntil > fromBeat) await this.takeBack(voice, fromBeat);
  }

  /** Lets the voice hear its past anew, as the host counts it now. */
  private async primeAgain(voice: Voice, fromBeat: Beats): Promise<void> {
    this.asks(fromBeat);
    this.shift = 0;
    await voice.composer.prime(this.plan.history(fromBeat, this.parts.controls.frameFor(voice)), fromBeat);
  }

  private asks(fromBeat: Beats): void {
    const { clock, position } = this.parts;
    this.ahead.writeAnewFrom(fromBeat);
    this.wishes.passOn(position.beat(), clock.now());
  }

  private errand<Result>(run: (voice: Voice) => Promise<Result>): Promise<Result> {
    const done = this.errands.add(run);
    this.advance();
    return done;
  }

  /** The music has overtaken the composer: rest, and begin again ahead of it. */
  private async restart(voice: Voice, now: Beats): Promise<void> {
    const { position, settings } = this.parts;
    const startBeat = this.rests.startAfter(now, this.speed.restBeats(position.beatMicros, settings().horizon, shortestRest));
    this.ahead.restUntil(startBeat);
    await voice.composer.prime(this.plan.history(startBeat, this.parts.controls.frameFor(voice)), startBeat);
    this.shift = 0;
  }

  private changed(): void {
    const waiting = this.onChanged;
    this.onChanged = [];
    for (const resolve of waiting) resolve();
  }

  /** What a swap may see and do of this deck. */
  private swapGround(by: 'performer' | 'rescue'): SwapGround {
    const { parts } = this;
    return {
      ...parts,
      deck: this.number,
      plan: this.plan,
      relocations: () => this.relocations,
      playing: () => this.voice !== undefined,
      changed: () => this.changed(),
      failed: (voice, error) => {
        if (voice === this.voice) this.voiceFailed(error);
      },
      takeOver: (voice, atBeat, span, answerMicros) => {
        if (by === 'performer') {
          this.rescue.abandon();
          this.rescue.forget();
        }
        this.takeOver(voice, atBeat, span, answerMicros);
      },
    };
  }

  /** The boundary has a new owner: what the old voice planned after it goes, its sounding notes end when they would have. */
  private takeOver(voice: Voice, atBeat: Beats, span: ComposedSpan, answerMicros: Micros): void {
    const former = this.voice;
    const formerWork = this.work;
    this.ahead.beginAt(atBeat);
    this.voice = voice;
    this.work = undefined;
    this.shift = 0;
    this.speed = new SpeedWatch();
    this.speed.add(span, answerMicros);
    this.rests.end();
    this.wishes.forget();
    this.ahead.ledger.passedOn();
    this.news.arrives(atBeat, voice.pack);
    this.returnWatch.stop(voice.pack);
    this.parts.controls.adopt(voice.sampling);
    this.news.say(styleFault(voice, this.parts.controls.style));
    this.ahead.accept(span);
    if (former) void this.retire(former, formerWork);
  }

  private async retire(voice: Voice, work: Promise<void> | undefined): Promise<void> {
    try {
      await work;
      await voice.composer.dispose();
    } catch (cause) {
      this.parts.report(ContinuoError.from(cause, 'modelFailed'));
    }
  }

  /** The voice died, or what it computes on is gone. What it composed still plays while something else takes its place. */
  private voiceFailed(error: ContinuoError): void {
    const voice = this.voice;
    if (!voice || this.disposed) return;
    this.parts.report(error);
    this.voice = undefined;
    this.wishes.forget();
    this.ahead.keepWhatThereIs();
    void this.retire(voice, undefined);
    void this.goOn(voice, this.substitution.candidatesFor(voice, error));
  }

  private async goOn(former: Voice, candidates: readonly VoiceRequest[]): Promise<void> {
    const goesOn = await this.rescue.run(candidates);
    if (!goesOn && !this.disposed) {
      const sentence = `Deck ${this.number} rests: nothing is left that could go on for ${former.pack}; load a pack to play on.`;
      this.news.say(sentence);
      this.errands.refuseAll(new ContinuoError('badValue', sentence));
    }
    this.changed();
    this.advance();
  }
}
