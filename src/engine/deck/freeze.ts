import { ContinuoError } from '../errors.js';
import type { Beats } from '../music/units.js';
import type { Boundary } from '../parameters/boundaries.js';
import type { SwapVoices } from './hot-swap.js';
import { LoopComposer } from './loop-composer.js';
import { nextBoundary } from './boundary.js';
import type { Plan } from './plan.js';
import type { Position } from './deck-dependencies.js';
import type { Voice, VoiceRequest } from './voice.js';

const leastBars = 0.25;
const mostBars = 64;

/** What a freeze may see and do of its deck. */
export interface FreezeGround {
  readonly deck: number;
  readonly plan: Plan;
  readonly position: Position;
  settings(): { readonly beatsPerBar: number };
  voice(): Voice | undefined;
  /** Lets a voice take over; `from`: where it comes from, if not from where all voices do. */
  swap(request: VoiceRequest, boundary: Boundary, from?: SwapVoices): Promise<void>;
  say(sentence: string): void;
}

/**
 * Repeats the last bars of a deck while its pack waits: the loop is a composer of its own and takes over as any other does.
 * Thread: main. Blocks: no. Errors: `badValue`, and those of a swap.
 */
export class Freeze {
  constructor(private readonly ground: FreezeGround) {}

  /** Whether a loop stands for the pack. */
  get isOn(): boolean {
    return this.ground.voice()?.loopBars !== undefined;
  }

  /** From the next bar on, the last `bars` before it come again and again; fewer where fewer have been played. */
  async begin(bars: number): Promise<void> {
    const { ground } = this;
    const voice = ground.voice();
    if (!voice) throw wrong(`Deck ${ground.deck} plays no pack: load one first.`);
    if (!(bars >= leastBars && bars <= mostBars)) throw wrong(`${leastBars} to ${mostBars} bars can be repeated, not ${bars}.`);
    const { beatsPerBar } = ground.settings();
    const repeated = this.playedOf(bars, beatsPerBar);
    const loop: LoopComposer = new LoopComposer(repeated * beatsPerBar, ground.plan, () => ground.voice()?.composer === loop);
    const loopVoice: Voice = { ...voice, composer: loop, loopBars: repeated, readyMicros: 0, keepsMeter: true, substitutes: [], awaitReturn: undefined, take: undefined };
    await ground.swap({ pack: voice.pack, onCpu: voice.onCpu }, 'bar', { open: () => Promise.resolve(loopVoice), putBack: () => Promise.resolve() });
    // It may have been called off on its way.
    if (ground.voice()?.composer === loop) ground.say(`Deck ${ground.deck} repeats ${repeated === 1 ? 'a bar' : `${repeated} bars`}; thaw lets ${voice.pack} go on.`);
  }

  /** The pack goes on from the next bar, with the loop as part of its past. */
  async end(): Promise<void> {
    const { ground } = this;
    const voice = ground.voice();
    if (voice?.loopBars === undefined) throw wrong(`Deck ${ground.deck} is not frozen.`);
    await ground.swap({ pack: voice.pack, onCpu: voice.onCpu }, 'bar');
  }

  /** The host jumped, and the music moved by whole bars. */
  moved(by: Beats): void {
    const composer = this.ground.voice()?.composer;
    if (composer instanceof LoopComposer) composer.moved(by);
  }

  /** So many bars up to the next, or as many whole ones as were played: from that on with the deck's first note, at least one. */
  private playedOf(bars: number, beatsPerBar: Beats): number {
    const { deck, plan, position } = this.ground;
    const now = position.beat();
    const first = plan.from(-Infinity).notes.reduce((earliest, { beat }) => Math.min(earliest, beat), Infinity);
    if (first >= now) throw wrong(`Deck ${deck} has played nothing yet that it could repeat.`);
    const beginning = Math.max(Math.floor(first / beatsPerBar) * beatsPerBar, plan.wholeFrom);
    const played = (nextBoundary(now, 'bar', beatsPerBar) - beginning) / beatsPerBar;
    if (played >= bars) return bars;
    if (played < 1) throw wrong(`Deck ${deck} has played no whole bar since the host jumped: freeze it again after the next bar line.`);
    return Math.floor(played);
  }
}

function wrong(sentence: string): ContinuoError {
  return new ContinuoError('badValue', sentence);
}
