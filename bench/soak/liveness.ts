import type { Deck } from '../../src/engine/deck/deck.js';
import type { Bpm, Micros } from '../../src/engine/music/units.js';

/** Whoever is to play and has no music for so long will not play again by itself. */
const patience: Micros = 90_000_000;
/** Beyond this a composer of the soak may be too slow for good. */
const fastest: Bpm = 300;
const mostTold = 10;

/** What a deck is looked at under. */
export interface LivenessGround {
  readonly playing: boolean;
  readonly bpm: Bpm;
  readonly now: Micros;
}

/** Looks for decks that have fallen silent and do not find back. Thread: main. */
export class Liveness {
  readonly faults: string[] = [];
  stuckDecks = 0;
  private readonly silentSince = new Map<number, Micros>();

  /** Call it a few times a second. */
  look(decks: readonly Deck[], { playing, bpm, now }: LivenessGround): void {
    for (const deck of decks) {
      // One that was given nothing but packs that do not open waits for its performer.
      const isToPlay = playing && bpm <= fastest && !deck.modes.isSilent && deck.state !== 'empty';
      if (!isToPlay || deck.aheadBeats > 0) this.silentSince.delete(deck.number);
      else if (!this.silentSince.has(deck.number)) this.silentSince.set(deck.number, now);
      else if (now - (this.silentSince.get(deck.number) ?? now) > patience) this.stuck(deck, now);
    }
  }

  private stuck({ number, state, pack }: Deck, now: Micros): void {
    this.silentSince.delete(number);
    this.stuckDecks += 1;
    if (this.faults.length < mostTold) this.faults.push(`deck ${number} at ${(now / 1e6).toFixed(3)} s: no music for ${patience / 1e6} s, ${state}, ${pack === '' ? 'no pack' : pack}`);
  }
}
