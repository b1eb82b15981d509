import type { Beats } from '../music/units.js';

/** Newcomers that are to begin on one beat: each says how long before it must know of it, and none goes before all are there. Thread: main. */
export class Meeting {
  /** Resolves once nobody is waited for. */
  readonly complete: Promise<void>;
  /** The longest notice that anybody needs who has come. */
  leadBeats: Beats = 0;
  private readonly awaited: Set<number>;
  private end: () => void = () => undefined;

  /** @param decks whose newcomers are waited for. */
  constructor(decks: readonly number[]) {
    this.awaited = new Set(decks);
    this.complete = new Promise((resolve) => (this.end = resolve));
    this.look();
  }

  /** The newcomer of a deck is there. */
  come(deck: number, leadBeats: Beats): void {
    this.leadBeats = Math.max(this.leadBeats, leadBeats);
    this.leave(deck);
  }

  /** The newcomer of a deck is not waited for any more. */
  leave(deck: number): void {
    this.awaited.delete(deck);
    this.look();
  }

  /** Nobody is. */
  breakUp(): void {
    this.awaited.clear();
    this.look();
  }

  private look(): void {
    if (this.awaited.size === 0) this.end();
  }
}
