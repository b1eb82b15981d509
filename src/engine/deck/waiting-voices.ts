import type { WaitingMemory } from '../capacity/waiting-memory.js';
import type { Composer } from '../contracts/composer.js';
import { ContinuoError } from '../errors.js';
import type { Micros } from '../music/units.js';
import { OpeningComposer } from './opening-composer.js';
import type { Appraisal, Voice, VoiceRequest, VoiceSource } from './voice.js';
import { WaitingSeats, type Seat } from './waiting-seats.js';

/** Where nothing is known of a pack. */
const unknown: Appraisal = { loadingBytes: 0, waitingBytes: 64 * 2 ** 20, edition: '' };

/** What the waiting voices of a deck may see and do of it. */
export interface WaitingGround {
  readonly deck: number;
  readonly voices: VoiceSource;
  readonly memory: WaitingMemory;
  /** Lets a voice that doesn't play hear the deck's past and write on from it; resolves with the time that took. */
  rehearse(voice: Voice, stopped: () => boolean): Promise<Micros>;
  report(error: ContinuoError): void;
  /** The packs that wait are others now. */
  changed(waiting: { readonly cued: readonly string[]; readonly parked: readonly string[] }): void;
}

/** What is known of a voice that was opened here. */
interface Opened {
  readonly appraisal: Appraisal;
  /** Where it waited before it was taken. */
  wish?: Seat['wish'] | 'held';
  /** Told when it dies. */
  onFailure: (error: ContinuoError) => void;
}

/**
 * The voices of a deck that do not play: cued ones are loaded and have heard the deck's past before anybody wants to hear them,
 * parked ones have played and can come back. Opening a pack that waits takes its voice and loads nothing.
 * Thread: main. Blocks: no. Errors: as {@link VoiceSource.open}; `badValue`, `deviceUnavailable` with what there is to do.
 */
export class WaitingVoices {
  private readonly seats: WaitingSeats;
  private readonly opened = new WeakMap<Composer, Opened>();
  /** The voice of the pack that a loop stands for. */
  private held: { readonly voice: Voice; readonly work: Promise<void> | undefined } | undefined;
  private disposed = false;

  constructor(private readonly ground: WaitingGround) {
    this.seats = new WaitingSeats(ground.memory, () => this.tell(), (voice) => this.free(voice));
  }

  /** Takes the voice of a pack that waits, or loads the pack. */
  async open(request: VoiceRequest, onFailure: (error: ContinuoError) => void): Promise<Voice> {
    const held = await this.takeHeld(request, onFailure);
    if (held) return held;
    const seat = this.seats.of(request.pack);
    const appraisal = await this.appraise(request).catch((cause: unknown) => {
      // What waits can play, whatever has become of its files.
      if (seat) return seat.appraisal;
      throw cause;
    });
    const voice = seat && (await this.take(seat, appraisal, onFailure));
    return voice ?? this.openAnew(request, appraisal, onFailure);
  }

  /** Resolves when the pack waits, loaded and warm. */
  async cue(pack: string): Promise<void> {
    const { memory } = this.ground;
    const appraisal = await this.appraise({ pack });
    if (this.disposed) throw closed(this.ground.deck);
    const waiting = this.seats.of(pack);
    if (waiting && waiting.appraisal.edition !== appraisal.edition) {
      await this.seats.empty(waiting);
      if (this.disposed) throw closed(this.ground.deck);
    } else if (waiting) {
      if (!this.seats.promote(waiting)) throw memory.refusal(pack, waiting.bytes);
      await waiting.voice;
      return;
    }
    const seat = this.seats.reserve({ pack, deck: this.ground.deck, appraisal, wish: 'cued', loading: (place) => this.openAndRehearse(place) });
    if (!seat) throw memory.refusal(pack, appraisal.waitingBytes);
    await seat.voice;
  }

  async uncue(pack: string): Promise<void> {
    const seat = this.seats.of(pack);
    if (seat?.wish === 'cued') return this.seats.empty(seat);
    const { cued } = this.seats.names;
    const there = cued.length === 0 ? 'nothing is cued' : `there are ${cued.join(', ')}`;
    throw new ContinuoError('badValue', `Deck ${this.ground.deck} has not cued ${pack}; ${there}.`);
  }

  /** Whether a pack is cued, or on its way to be. */
  isCued(pack: string): boolean {
    return this.seats.of(pack)?.wish === 'cued';
  }

  /** A pack that is cued waits from now on as if it had played: until its memory is needed. */
  makeWay(pack: string): void {
    const seat = this.seats.of(pack);
    if (seat?.wish === 'cued') this.seats.demote(seat);
  }

  /** A voice that has played waits from now on, if there is room for it; else it is freed. `work`: what it still does. */
  async park(voice: Voice, work?: Promise<void>): Promise<void> {
    await this.sitDown(voice, 'parked', work);
  }

  /** A voice that plays on when a loop has ended waits till then, whatever its memory. */
  hold(voice: Voice, work?: Promise<void>): void {
    const opened = this.opened.get(voice.composer);
    if (!opened || this.disposed) return void this.free(voice, work);
    void this.parkHeld();
    this.held = { voice, work };
    opened.onFailure = (error) => {
      if (this.held?.voice !== voice) return;
      this.held = undefined;
      this.ground.report(new ContinuoError(error.errorName, `${voice.pack}, which waits for deck ${this.ground.deck} to thaw, is gone: ${error.message}; it will be loaded again.`, { cause: error }));
      void this.free(voice, work);
    };
  }

  /** Nobody waits for the loop to end any more. */
  async parkHeld(): Promise<void> {
    const { held } = this;
    this.held = undefined;
    if (held) await this.park(held.voice, held.work);
  }

  /** A voice that was opened and did not come to play goes back to where it was; one that was nowhere waits where it is asked for again. */
  async putBack(voice: Voice, isAskedForAgain = false): Promise<void> {
    const wish = this.opened.get(voice.composer)?.wish ?? (isAskedForAgain ? 'parked' : undefined);
    if (wish === undefined) await voice.composer.dispose();
    else if (wish === 'held') this.hold(voice);
    else await this.sitDown(voice, wish);
  }

  /** Frees a voice once it is idle; what goes wrong is reported. */
  async free(voice: Voice, work?: Promise<void>): Promise<void> {
    try {
      await work;
      await voice.composer.dispose();
    } catch (cause) {
      this.ground.report(ContinuoError.from(cause, 'modelFailed'));
    }
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await Promise.all([this.seats.emptyAll(), this.parkHeld()]);
  }

  private async sitDown(voice: Voice, wish: Seat['wish'], work?: Promise<void>): Promise<void> {
    const { pack, composer } = voice;
    const opened = this.opened.get(composer);
    const former = this.seats.of(pack);
    // A cued voice is as good as this one, and was asked for.
    const isNeeded = former?.wish !== 'cued' || wish === 'cued';
    if (former && isNeeded) void this.seats.empty(former);
    const seat = opened && isNeeded && !this.disposed
      ? this.seats.reserve({ pack, deck: this.ground.deck, appraisal: opened.appraisal, wish, loading: async () => (await work, voice) })
      : undefined;
    if (!opened || !seat) return this.free(voice, work);
    opened.onFailure = (error) => this.died(seat, error);
  }

  private async takeHeld({ pack }: VoiceRequest, onFailure: (error: ContinuoError) => void): Promise<Voice | undefined> {
    const { held } = this;
    const opened = held?.voice.pack === pack ? this.opened.get(held.voice.composer) : undefined;
    if (!held || !opened) return undefined;
    this.held = undefined;
    opened.wish = 'held';
    opened.onFailure = onFailure;
    await held.work;
    return held.voice;
  }

  /** `undefined` where the voice is not what would be opened now, or was taken or freed meanwhile. */
  private async take(seat: Seat, { edition }: Appraisal, onFailure: (error: ContinuoError) => void): Promise<Voice | undefined> {
    if (seat.appraisal.edition !== edition) {
      await this.seats.empty(seat);
      return undefined;
    }
    seat.isWanted = true;
    const voice = await seat.voice.catch(() => undefined);
    const opened = voice && this.opened.get(voice.composer);
    if (!opened || !this.seats.leave(seat)) return undefined;
    opened.wish = seat.wish;
    opened.onFailure = onFailure;
    return voice;
  }

  private async openAnew(request: VoiceRequest, appraisal: Appraisal, onFailure: (error: ContinuoError) => void): Promise<Voice> {
    const opened: Opened = { appraisal, onFailure };
    await this.ground.memory.makeRoom(appraisal.loadingBytes);
    const voice = await this.ground.voices.open(request, (error) => opened.onFailure(error));
    const composer = new OpeningComposer(voice.composer);
    this.opened.set(composer, opened);
    return { ...voice, composer, take: composer.take };
  }

  private async openAndRehearse(seat: Seat): Promise<Voice> {
    const voice = await this.openAnew({ pack: seat.pack }, seat.appraisal, (error) => this.died(seat, error));
    try {
      const readyMicros = await this.ground.rehearse(voice, () => seat.isWanted);
      return { ...voice, readyMicros };
    } catch (cause) {
      await this.free(voice);
      throw cause;
    }
  }

  private died(seat: Seat, error: ContinuoError): void {
    if (!this.seats.leave(seat)) return;
    const remedy = seat.wish === 'cued' ? `cue it again` : `to come back to it is to load it`;
    this.ground.report(new ContinuoError(error.errorName, `${seat.pack}, which waited on deck ${this.ground.deck}, is gone: ${error.message}; ${remedy}.`, { cause: error }));
    void seat.voice.then((voice) => this.free(voice), () => undefined);
  }

  private async appraise(request: VoiceRequest): Promise<Appraisal> {
    return (await this.ground.voices.appraise?.(request)) ?? unknown;
  }

  private tell(): void {
    this.ground.changed(this.seats.names);
  }
}

/** What a deck that is closed answers to whoever wants something of it. */
export function closed(deck: number): ContinuoError {
  return new ContinuoError('badValue', `Deck ${deck} is closed.`);
}
