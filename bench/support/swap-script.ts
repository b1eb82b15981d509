import { CounterRandom } from '../../src/engine/generation/sampling/counter-random.js';
import { boundaries, type Boundary } from '../../src/engine/parameters/boundaries.js';
import type { Deck } from '../../src/engine/deck/deck.js';
import type { Beats, Micros } from '../../src/engine/music/units.js';
import type { RecordedNote } from './note-recorder.js';

/** Where swaps are tried. */
export interface SwapStage {
  readonly deck: Deck;
  readonly beat: Beats;
  readonly now: Micros;
  start(pack: string): Promise<void>;
  /** Resolves when it is done; the music plays on meanwhile. */
  write(word: string, ...values: (string | number)[]): Promise<void>;
  playUntil(beat: Beats): Promise<void>;
  /** Lets what sounds end by itself; returns everything that was played. */
  end(): Promise<readonly RecordedNote[]>;
}

export type SwapKind = 'load' | 'cued' | 'back';

export interface SwapWish {
  readonly kind: SwapKind;
  readonly boundary: Boundary;
  /** The pack that is to take over. */
  readonly pack: string;
  /** Beats that it then plays before the next. */
  readonly beats: number;
}

/** Of a hundred swaps, as many at each boundary: the far ones cost an audience's patience in a measurement too. */
const boundaryShares: Readonly<Record<Boundary, number>> = { now: 22, beat: 22, bar: 36, '2-bars': 12, '4-bars': 5, '8-bars': 3 };
const kindShares: Readonly<Record<SwapKind, number>> = { load: 45, cued: 30, back: 25 };
const leastBeats = 2;
const mostBeats = 6;

/** Swaps as a performer of no patience makes them: any pack after any other, at any boundary, cued, loaded or come back to. */
export class SwapScript {
  private readonly random: CounterRandom;
  private current: string;
  private previous: string | undefined;

  constructor(private readonly packs: readonly string[], seed: number) {
    this.random = new CounterRandom(seed);
    [this.current] = packs;
  }

  next(): SwapWish {
    const boundary = this.drawn(boundaries, boundaryShares);
    const drawnKind = this.drawn(['load', 'cued', 'back'] as const, kindShares);
    const kind = drawnKind === 'back' && this.previous === undefined ? 'load' : drawnKind;
    const others = this.packs.filter((pack) => pack !== this.current);
    const other = others[Math.floor(this.random.next() * others.length)];
    const pack = kind === 'back' ? (this.previous ?? other) : other;
    [this.previous, this.current] = [this.current, pack];
    return { kind, boundary, pack, beats: leastBeats + Math.floor(this.random.next() * (mostBeats - leastBeats + 1)) };
  }

  private drawn<Choice extends string>(choices: readonly Choice[], shares: Readonly<Record<Choice, number>>): Choice {
    let left = this.random.next() * choices.reduce((sum, choice) => sum + shares[choice], 0);
    for (const choice of choices) {
      left -= shares[choice];
      if (left < 0) return choice;
    }
    return choices[0];
  }
}

/** Does what a wish says; resolves when the newcomer's first notes are queued. */
export async function swap(stage: SwapStage, { kind, boundary, pack }: SwapWish): Promise<void> {
  await (kind === 'back' ? stage.write('back', boundary) : stage.write('load', pack, boundary));
}
