import type { ComposedSpan } from '../contracts/composer.js';
import { ContinuoError } from '../errors.js';
import type { EngineEvent } from '../events.js';
import type { Beats, Micros } from '../music/units.js';
import type { Boundary } from '../parameters/boundaries.js';
import type { Clock } from '../time/clock.js';
import { nextBoundary } from './boundary.js';
import type { DeckSettings, Position } from './deck-dependencies.js';
import type { DeckControls } from './deck-controls.js';
import type { Entry } from './entry.js';
import { joinSpans, spanFrom } from './join-spans.js';
import { headStartBeats, makeReady, type Ready } from './make-ready.js';
import type { MusicAhead } from './music-ahead.js';
import type { Plan } from './plan.js';
import { premiseBefore } from './premise.js';
import type { Voice, VoiceRequest, VoiceSource } from './voice.js';

/** Where newcomers come from, and where those go that do not come to play. */
export interface SwapVoices extends Pick<VoiceSource, 'open'> {
  /** @param isAskedForAgain whether it is going to be opened again. Default: not. */
  putBack(voice: Voice, isAskedForAgain?: boolean): Promise<void>;
}

/** The first try allows this much time for priming where nothing is known of it; each miss doubles it. */
const firstLeadBeats: Beats = 1;
/** A newcomer may take this much longer than it did last. */
const leadMargin = 1.5;
const shortestLeadBeats: Beats = 0.125;
/** A newcomer that needs more than this to get ready can't play here. */
const longestLeadBeats: Beats = 32;
/** Nobody waits for the old voice any more where its boundary is as near as this. */
const lastMomentMicros: Micros = 100_000;

/** What a swap may see and do of its deck. */
export interface SwapGround {
  readonly deck: number;
  readonly clock: Clock;
  readonly voices: SwapVoices;
  readonly position: Position;
  readonly controls: DeckControls;
  readonly plan: Plan;
  readonly ahead: Pick<MusicAhead, 'reaches' | 'canBeginAt' | 'margin'>;
  settings(): DeckSettings;
  emit(event: EngineEvent): void;
  /** Counts the host's jumps: a boundary chosen before one means nothing after it. */
  relocations(): number;
  /** Whether a voice plays now. */
  playing(): boolean;
  /** Tells the deck that the swap now waits for time, not for the newcomer. */
  changed(): void;
  failed(voice: Voice, error: ContinuoError): void;
  /** How many wishes the performer has made of the deck so far. */
  wishesMade(): number;
  takeOver(voice: Voice, atBeat: Beats, ready: Ready): void;
}

/**
 * One hot swap: load and warm up while the old voice plays on, prime with the deck's own history, compose past the next
 * boundary, and only then change owners. Whatever fails before that leaves the old voice untouched. Thread: main.
 */
export class HotSwap {
  private givenUp = false;
  private isAskedForAgain = false;
  /** How it ends has been told. */
  private hasEnded = false;
  private leaveOthers = (): void => undefined;
  private waiting: { readonly isOver: () => boolean; readonly resume: () => void } | undefined;

  constructor(
    private readonly request: VoiceRequest,
    private readonly boundary: Boundary,
    private readonly ground: SwapGround,
    /** Where nothing plays any more: what is committed stands, after that any beat is better than a later one. */
    private readonly rescue?: { readonly commit: Beats },
    private readonly entry: Entry = {},
  ) {}

  /**
   * Resolves when the newcomer owns the boundary, or the swap was abandoned. Errors: as {@link VoiceSource.open}.
   * @param former ends before the newcomer is opened.
   */
  async run(former?: Promise<unknown>): Promise<void> {
    const { ground } = this;
    let voice: Voice | undefined;
    this.tell('loading');
    if (former) await former;
    if (former && this.isAbandoned) return this.tell('abandoned');
    try {
      voice = await ground.voices.open(this.request, (error) => voice && ground.failed(voice, error));
      const done = !this.isAbandoned && (await this.takeBoundary(voice));
      if (done) return;
      this.tell('abandoned');
      await ground.voices.putBack(voice, this.isAskedForAgain);
    } catch (cause) {
      const error = ContinuoError.from(cause, 'swapFailed');
      this.tell('failed', undefined, error.message);
      if (voice && error.errorName === 'swapFailed') {
        await ground.voices.putBack(voice);
        throw error;
      }
      const disposal = voice?.composer.dispose().catch((again: unknown) => {
        ground.emit({ type: 'notice', sentence: `${this.request.pack} could not be freed: ${String(again)}` });
      });
      // What a lost device held may never be given back.
      if (error.errorName !== 'deviceLost') await disposal;
      throw error;
    }
  }

  /** Gives up; the newcomer goes back to where it waited, or is freed where nobody has asked for it again, as soon as it is idle. */
  abandon(isAskedForAgain = false): void {
    this.givenUp = true;
    this.isAskedForAgain = isAskedForAgain;
    this.tell('abandoned');
    this.entry.abandoned?.();
    this.leaveOthers();
    this.waiting?.resume();
  }

  /** Whether nobody wants the newcomer any more. */
  get isAbandoned(): boolean {
    return this.givenUp || this.entry.isWanted?.() === false;
  }

  /** Whether only the passing of time can bring it on. */
  get waitsForTime(): boolean {
    return this.waiting !== undefined;
  }

  /** Called as time goes on. */
  advance(): void {
    if (this.waiting?.isOver()) this.waiting.resume();
  }

  /** Resolves once all are there who are to begin with the newcomer, or it is abandoned. */
  private async meetOthers(leadBeats: Beats): Promise<void> {
    await Promise.race([this.entry.meet?.(leadBeats), new Promise<void>((resolve) => (this.leaveOthers = resolve))]);
  }

  private async takeBoundary(voice: Voice): Promise<boolean> {
    const { ground } = this;
    let lead = voice.readyMicros === undefined ? firstLeadBeats : this.leadFor(voice.readyMicros);
    let measured: Beats | undefined;
    await this.meetOthers(lead);
    while (!this.isAbandoned && lead <= longestLeadBeats) {
      const relocations = ground.relocations();
      const isStale = (): boolean => this.isAbandoned || ground.relocations() !== relocations;
      const needed = measured ?? lead;
      const choose = (): Beats => this.chooseBoundary(Math.max(needed, this.rescue?.commit ?? 0));
      const atBeat = choose();
      // While the music stands, nothing is nearer later.
      await this.wait(atBeat - Math.max(lead, ground.settings().horizon / 2), () => isStale() || (!ground.position.playing && this.isReached(atBeat)));
      // The newcomer is to hear what the old voice is still writing.
      await this.wait(atBeat - needed, () => isStale() || this.isReached(atBeat));
      // Where the music stands by now, an earlier one can be had.
      if (isStale() || choose() < atBeat) continue;
      const heardAll = this.isReached(atBeat);
      const ready = await makeReady(voice, atBeat, ground, () => this.isAbandoned, this.entry);
      const { span, answerMicros, readyMicros } = ready;
      measured = this.leadFor(readyMicros);
      // A deck that listened may have begun to play meanwhile.
      if (!(heardAll && this.isReached(atBeat)) && (await this.canHearMore(atBeat, measured, isStale))) continue;
      if (isStale()) continue;
      const joined = this.rescue ? await this.joinLate(voice, atBeat, span, relocations) : { atBeat, span };
      if (isStale()) continue;
      const isTooEarly = lead * 2 <= longestLeadBeats && this.isTight(joined.span, answerMicros);
      if (!isTooEarly && !this.isLate(joined.atBeat)) {
        if (this.entry.premise) ground.plan.suppose(premiseBefore(this.entry.premise, atBeat, ground.settings().beatsPerBar));
        ground.takeOver({ ...voice, readyMicros }, joined.atBeat, { ...ready, span: joined.span });
        this.tell('ready', joined.atBeat);
        this.entry.tookOver?.();
        return true;
      }
      if (this.rescue) break;
      lead = Math.max(lead * 2, measured);
      measured = undefined;
    }
    if (this.isAbandoned) return false;
    throw new ContinuoError('swapFailed', `${this.request.pack} is too slow to take over at this tempo: slow down, or choose a smaller pack.`);
  }

  /**
   * Whether a newcomer that was quicker than it had to be, and has not heard all that comes before its boundary, can hear it by
   * getting ready anew. Resolves at the last moment at the latest.
   */
  private async canHearMore(atBeat: Beats, needed: Beats, isStale: () => boolean): Promise<boolean> {
    const { position } = this.ground;
    if (isStale() || this.chooseBoundary(needed) < atBeat) return true;
    await this.wait(atBeat - lastMomentMicros / position.beatMicros, () => isStale() || this.isReached(atBeat));
    return isStale() || (this.isReached(atBeat) && position.beat() + needed <= atBeat);
  }

  /**
   * For a rescue: instead of being primed anew for each boundary that it misses, the newcomer composes on until it is ahead
   * of the music, and joins in there.
   */
  private async joinLate(voice: Voice, missedBeat: Beats, missedSpan: ComposedSpan, relocations: number): Promise<{ atBeat: Beats; span: ComposedSpan }> {
    const { ground } = this;
    let atBeat = missedBeat;
    let span = missedSpan;
    for (let lead = firstLeadBeats; this.isLate(atBeat) && lead <= longestLeadBeats; lead *= 2) {
      atBeat = this.chooseBoundary(lead);
      const untilBeat = atBeat + headStartBeats;
      if (untilBeat <= span.untilBeat) continue;
      voice.take?.under({ knobs: ground.controls.knobs() });
      const next = await voice.composer.compose(untilBeat, ground.controls.read(voice, { fromBeat: span.untilBeat, untilBeat, shift: 0 }), () => this.isAbandoned);
      span = joinSpans(span, next);
      if (this.isAbandoned || ground.relocations() !== relocations) break;
    }
    return { atBeat, span: spanFrom(span, atBeat) };
  }

  /** How far ahead a newcomer is asked for that took so long to get ready. */
  private leadFor(readyMicros: Micros): Beats {
    const { position, ahead } = this.ground;
    return Math.min(longestLeadBeats, Math.max(shortestLeadBeats, (readyMicros * leadMargin + ahead.margin.micros) / position.beatMicros));
  }

  /** Whether the old voice has written up to a beat, or nobody writes. */
  private isReached(beat: Beats): boolean {
    return !this.ground.playing() || this.ground.ahead.reaches(beat);
  }

  /** Whether a newcomer that goes on as it began may come to the end of its head start before it has more. */
  private isTight({ untilBeat }: ComposedSpan, answerMicros: Micros): boolean {
    const { position } = this.ground;
    return position.playing && this.ground.playing() && (untilBeat - position.beat()) * position.beatMicros < answerMicros * leadMargin;
  }

  /** Whether it is too late to queue notes for a beat. */
  private isLate(atBeat: Beats): boolean {
    return !this.ground.ahead.canBeginAt(atBeat);
  }

  private chooseBoundary(lead: Beats): Beats {
    const { ground } = this;
    const { position } = ground;
    if (!ground.playing() && !position.playing) return Math.max(0, position.beat());
    // While the music stands there is all the time in the world.
    const soonest = position.beat() + (position.playing ? lead : 0);
    const meant = this.entry.atBeat?.();
    if (meant !== undefined && meant >= soonest) return meant;
    return nextBoundary(soonest, this.boundary, ground.settings().beatsPerBar);
  }

  /** Resolves once the music is at `beat`, or something else is so. */
  private async wait(beat: Beats, isElse: () => boolean): Promise<void> {
    const isOver = (): boolean => this.ground.position.beat() >= beat || isElse();
    if (isOver()) return;
    await new Promise<void>((resume) => {
      this.waiting = { isOver, resume };
      this.ground.changed();
    });
    this.waiting = undefined;
  }

  private tell(stage: 'loading' | 'ready' | 'failed' | 'abandoned', atBeat?: Beats, sentence?: string): void {
    if (this.hasEnded) return;
    this.hasEnded = stage !== 'loading';
    this.ground.emit({ type: 'swap', deck: this.ground.deck, stage, pack: this.request.pack, atBeat, sentence });
  }
}
