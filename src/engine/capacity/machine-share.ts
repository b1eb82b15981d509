import type { Beats, Micros } from '../music/units.js';

/** What is known of a deck that wants its share of the machine. */
export interface Claim {
  readonly deck: number;
  /** Share of a place at the gate that its voice needs at the present tempo; 0 where that is not known, or nothing. */
  readonly load: number;
  readonly aheadBeats: Beats;
  readonly audible: boolean;
}

/** A deck with less music than this is about to fall silent. */
const shortOf: Beats = 2;
/** Of a machine that is not too small, this share can be planned with. */
const usable = 0.9;
/** A deck comes back only where there is clearly room for it. */
const roomy = 0.75;
/** Who needs less than this makes no room by resting. */
const little = 0.02;
/** Loads are looked at anew this long after a deck was sent to rest. */
const patience: Micros = 4_000_000;

/**
 * Decides which decks play where the machine cannot compute them all: rather one rests than that all stumble. The first to
 * rest is one that cannot keep up by itself, then one that is not heard anyway, and of two alike the last. One deck always
 * plays. Thread: main. Blocks: no.
 */
export class MachineShare {
  private readonly resting = new Set<number>();
  private changedMicros: Micros = -Infinity;

  /** @param places how many composers compute at once. */
  constructor(
    private readonly places: number,
    private readonly changed: (deck: number, rests: boolean) => void,
  ) {}

  rests(deck: number): boolean {
    return this.resting.has(deck);
  }

  /** A deck has another voice, which may need less. */
  renewed(deck: number, now: Micros): void {
    if (this.rests(deck)) this.wake(deck, now);
  }

  /** A deck is no more. */
  forget(deck: number): void {
    this.resting.delete(deck);
  }

  /** Looks at all decks; call it a few times a second. */
  judge(claims: readonly Claim[], now: Micros): void {
    if (now - this.changedMicros < patience) return;
    const playing = claims.filter(({ deck }) => !this.rests(deck));
    const needed = loadOf(playing);
    const last = [...playing].sort(byWorth).at(-1);
    const areShort = playing.some(({ load, aheadBeats }) => load > 0 && aheadBeats < shortOf);
    if (areShort && needed > usable * this.places && last && playing.length > 1) {
      this.resting.add(last.deck);
      this.tell(last.deck, true, now);
      return;
    }
    const next = claims.filter(({ deck, load }) => this.rests(deck) && load <= 1 && needed + load <= roomy * this.places).sort(byWorth)[0];
    if (next) this.wake(next.deck, now);
  }

  private wake(deck: number, now: Micros): void {
    this.resting.delete(deck);
    this.tell(deck, false, now);
  }

  private tell(deck: number, rests: boolean, now: Micros): void {
    this.changedMicros = now;
    this.changed(deck, rests);
  }
}

/** What takes more than a place cannot have it, and what takes nothing need not rest. */
function loadOf(claims: readonly Claim[]): number {
  return claims.reduce((sum, { load }) => sum + Math.min(1, load), 0);
}

function byWorth(one: Claim, other: Claim): number {
  return rank(one) - rank(other) || one.deck - other.deck;

  function rank({ load, audible }: Claim): number {
    if (load < little) return 0;
    return load > 1 ? 3 : audible ? 1 : 2;
  }
}
