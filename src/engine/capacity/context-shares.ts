import type { Micros } from '../music/units.js';

/** What a deck looks back on where its music would not be there in time otherwise: a quarter. */
export const shortShare = 0.25;
/** So long it is seen whether it is enough that nothing is composed that will not be heard. */
const notice: Micros = 1_000_000;
/** What a change has brought is judged after this long. */
const patience: Micros = 4_000_000;
/** So little of its time must a deck need with little to look back on that it could do with all: at most twice as much. */
const roomyLoad = 0.45;
/** It is given all back after this long with room, and after twice as long each time. */
const calm: Micros = 8_000_000;
const longestCalm: Micros = 300_000_000;

/** What is known of a deck that computes. */
export interface ContextClaim {
  readonly deck: number;
  /** Whether what it looks back on can be made less. */
  readonly canShorten: boolean;
  /** It falls behind, and the machine or its own composer is too slow for it. */
  readonly isPressed: boolean;
  /** Share of a place that its voice needs at the present tempo. */
  readonly load: number;
  /** Whether the machine has room for it to need more. */
  readonly hasRoom: boolean;
}

interface Shortened {
  readonly since: Micros;
  /** Since when there has been room. */
  roomySince: Micros | undefined;
}

/**
 * Which decks are pressed for time, so that nothing is composed for them that will not be heard, and then look back on less, so
 * that they need less of the machine: before any of them rests. All is given back once there has
 * been room for a while; each time that turns out to have been too early, the while is twice as long. Thread: main. Blocks: no.
 */
export class ContextShares {
  private readonly shortened = new Map<number, Shortened>();
  /** How often a deck was shortened since it has its voice. */
  private readonly times = new Map<number, number>();
  /** Since when a deck has been pressed. */
  private readonly pressedSince = new Map<number, Micros>();
  /** A deck will look back on less if it stays pressed. */
  private isAboutToShorten = false;
  private changedMicros: Micros = -Infinity;

  constructor(private readonly changed: (deck: number, share: number) => void) {}

  /** How much of what it can look back on a deck is to. */
  of(deck: number): number {
    return this.shortened.has(deck) ? shortShare : 1;
  }

  /** Whether a deck is to compose nothing but what will be heard. */
  isPressed(deck: number): boolean {
    return this.pressedSince.has(deck) || this.shortened.has(deck);
  }

  /** Whether it is too early to judge what the last change has brought, or the next will. */
  isTrying(now: Micros): boolean {
    return this.isAboutToShorten || now - this.changedMicros < patience;
  }

  /** Looks at all decks; call it a few times a second. */
  judge(claims: readonly ContextClaim[], now: Micros): void {
    this.isAboutToShorten = false;
    for (const claim of claims) {
      const { deck, canShorten, isPressed } = claim;
      if (!isPressed) this.pressedSince.delete(deck);
      else if (!this.pressedSince.has(deck)) this.pressedSince.set(deck, now);
      const shortened = this.shortened.get(deck);
      if (shortened) this.lookWhetherToGiveBack(claim, shortened, now);
      else if (canShorten && isPressed && now - (this.pressedSince.get(deck) ?? now) >= notice) this.shorten(deck, now);
      else if (canShorten && isPressed) this.isAboutToShorten = true;
    }
  }

  /** A deck has another voice, which may need less. */
  renewed(deck: number): void {
    this.shortened.delete(deck);
    this.pressedSince.delete(deck);
    this.times.delete(deck);
  }

  private shorten(deck: number, now: Micros): void {
    this.times.set(deck, (this.times.get(deck) ?? 0) + 1);
    this.shortened.set(deck, { since: now, roomySince: undefined });
    this.changedMicros = now;
    this.changed(deck, shortShare);
  }

  private lookWhetherToGiveBack({ deck, isPressed, load, hasRoom }: ContextClaim, shortened: Shortened, now: Micros): void {
    if (isPressed || !hasRoom || load === 0 || load > roomyLoad || now - shortened.since < patience) {
      shortened.roomySince = undefined;
      return;
    }
    shortened.roomySince ??= now;
    const wait = Math.min(longestCalm, calm * 2 ** ((this.times.get(deck) ?? 1) - 1));
    if (now - shortened.roomySince < wait) return;
    this.shortened.delete(deck);
    this.changedMicros = now;
    this.changed(deck, 1);
  }
}
