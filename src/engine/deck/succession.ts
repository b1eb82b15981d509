import type { WaitingMemory } from '../capacity/waiting-memory.js';
import { ContinuoError } from '../errors.js';
import type { Boundary } from '../parameters/boundaries.js';
import type { Entry } from './entry.js';
import { Freeze } from './freeze.js';
import { HotSwap, type SwapGround, type SwapVoices } from './hot-swap.js';
import { makeReady } from './make-ready.js';
import { PlayedPacks } from './played-packs.js';
import { Rescue } from './rescue.js';
import { ReturnWatch } from './return-watch.js';
import { Substitution } from './substitution.js';
import type { Voice, VoiceRequest, VoiceSource } from './voice.js';
import { closed, WaitingVoices, type WaitingGround } from './waiting-voices.js';

/** What the succession of a deck's voices may see and do of it. */
export interface SuccessionGround extends Omit<SwapGround, 'voices'> {
  readonly voices: VoiceSource;
  readonly waitingMemory: WaitingMemory;
  report(error: ContinuoError): void;
  /** The voice that plays. */
  voice(): Voice | undefined;
  /** So many bars are repeated from now on; 0: none. */
  frozen?(bars: number): void;
  /** The packs that wait are others now. */
  readonly waiting?: WaitingGround['changed'];
}

/**
 * Who plays a deck next: what the performer loads, what waits, what played before, and what goes on where a voice dies.
 * Thread: main. Blocks: no.
 */
export class Succession {
  /** Voices that do not play and can at once. */
  readonly waiting: WaitingVoices;
  /** Loops in the place of a pack. */
  readonly freeze: Freeze;
  private swap: HotSwap | undefined;
  private readonly played: PlayedPacks;
  private readonly rescue: Rescue;
  private readonly substitution: Substitution;
  private readonly returnWatch: ReturnWatch;
  private disposed = false;
  /** What is still on its way, abandoned or not. */
  private readonly underWayStill = new Map<HotSwap, { readonly voices: SwapVoices; readonly pack: string; readonly run: Promise<void> }>();

  constructor(private readonly ground: SuccessionGround) {
    const { deck, voices, waitingMemory } = ground;
    const report = (error: ContinuoError): void => ground.report(error);
    this.played = new PlayedPacks(deck);
    this.waiting = new WaitingVoices({
      deck,
      voices,
      memory: waitingMemory,
      rehearse: async (voice, stopped) => {
        const { readyMicros } = await makeReady(voice, Math.ceil(ground.position.beat()), ground, () => stopped() || this.disposed);
        return readyMicros;
      },
      report,
      changed: (names) => ground.waiting?.(names),
    });
    this.freeze = new Freeze({
      ...ground,
      swap: (request, boundary, from) => this.load(request, boundary, undefined, from),
      say: (sentence) => ground.emit({ type: 'notice', sentence }),
    });
    this.rescue = new Rescue(this.swapGround('rescue'), report);
    this.returnWatch = new ReturnWatch((event) => ground.emit(event));
    this.substitution = new Substitution(deck, ground, this.rescue, this.returnWatch);
  }

  /** Times the device or the server of a voice was lost. */
  get losses(): number {
    return this.substitution.losses;
  }

  /** Whether a voice has died. */
  get hadFailures(): boolean {
    return this.substitution.wasNeeded;
  }

  get underWay(): boolean {
    return (this.swap !== undefined && !this.swap.isAbandoned) || this.rescue.underWay;
  }

  /** Whether something is to be done that does not wait for time to pass. */
  get working(): boolean {
    return this.rescue.working || (this.swap !== undefined && !this.swap.waitsForTime);
  }

  /** Resolves once nothing of what was loaded is still on its way, abandoned or not. */
  async ended(): Promise<void> {
    await Promise.allSettled([...this.underWayStill.values()].map(({ run }) => run));
  }

  /** Called as time goes on. */
  advance(): void {
    this.swap?.advance();
    this.rescue.advance();
  }

  /** A later one replaces one that is under way. Errors: `unknownPack`, `badPack`, `modelFailed`, `swapFailed`: the old pack plays on. */
  async load(request: VoiceRequest, boundary: Boundary, entry?: Entry, voices: SwapVoices = this.waiting): Promise<void> {
    if (this.disposed) throw closed(this.ground.deck);
    const { pack } = request;
    const hasSame = (other: { readonly voices: SwapVoices; readonly pack: string }): boolean => other.voices === voices && other.pack === pack;
    for (const [former, other] of this.underWayStill) former.abandon(hasSame(other));
    // The voice that one of them has taken is to be back before it is looked for.
    const former = [...this.underWayStill.values()].filter(hasSame).map(({ run }) => run);
    const swap = new HotSwap(request, boundary, this.swapGround('performer', voices), undefined, entry);
    this.swap = swap;
    const run = swap.run(former.length > 0 ? Promise.allSettled(former) : undefined);
    this.underWayStill.set(swap, { voices, pack, run });
    try {
      await run;
    } finally {
      this.underWayStill.delete(swap);
      if (this.swap === swap) this.swap = undefined;
      this.ground.changed();
    }
  }

  /** What the performer loaded and has not begun comes no more. */
  callOff(): void {
    this.swap?.abandon();
  }

  /** Lets the pack take over that played before this one, without loading it where its voice waits. Errors: as load; `badValue`. */
  async back(boundary: Boundary): Promise<void> {
    await this.load(this.played.previous(), boundary);
  }

  /** A voice has taken over from another, which comes to rest once its `formerWork` is done. */
  tookOver(voice: Voice, former: Voice | undefined, formerWork: Promise<void> | undefined): void {
    this.played.add(voice);
    this.returnWatch.stop(voice.pack);
    if (former?.loopBars !== undefined) void this.waiting.free(former, formerWork);
    else if (former && voice.loopBars !== undefined) this.waiting.hold(former, formerWork);
    else if (former) void this.waiting.park(former, formerWork);
    if (voice.loopBars === undefined) void this.waiting.parkHeld();
    this.ground.frozen?.(voice.loopBars ?? 0);
  }

  /** The voice that plays has proven itself. */
  settled(): void {
    this.substitution.settled();
  }

  /** The voice that played is of no use any more. Resolves with what to tell whoever waits for it where nothing goes on. */
  async goOnFor(voice: Voice, error: ContinuoError): Promise<ContinuoError | undefined> {
    const { deck } = this.ground;
    void this.waiting.free(voice);
    if ((await this.rescue.run(this.substitution.candidatesFor(voice, error))) || this.disposed) return undefined;
    const sentence = `Deck ${deck} rests: nothing is left that could go on for ${voice.pack}; load a pack to play on.`;
    this.ground.emit({ type: 'notice', sentence });
    return new ContinuoError('badValue', sentence);
  }

  /** Nobody comes any more, and whoever waits is freed. */
  async dispose(): Promise<void> {
    this.disposed = true;
    this.swap?.abandon();
    this.rescue.abandon();
    this.returnWatch.dispose();
    await this.waiting.dispose();
  }

  private swapGround(by: 'performer' | 'rescue', voices: SwapVoices = this.waiting): SwapGround {
    const { ground } = this;
    return {
      ...ground,
      voices,
      // A loop stands for the pack that plays: nobody loads it.
      emit: (event) => {
        if (voices === this.waiting || event.type !== 'swap' || event.stage === 'failed') ground.emit(event);
      },
      takeOver: (voice, atBeat, ready) => {
        if (by === 'performer') {
          this.rescue.abandon();
          this.rescue.forget();
        }
        ground.takeOver(voice, atBeat, ready);
      },
    };
  }
}
