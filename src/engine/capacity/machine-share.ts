import type { Micros } from '../music/units.js';

/** What is known of a deck that wants its share of the machine. */
export interface Claim {
  readonly deck: number;
  /** Share of a place at the gate that its voice needs at the present tempo; 0 where that is not known, or nothing. */
  readonly load: number;
  /** Whether much of the music that it is to have ahead is missing. */
  readonly isShort: boolean;
  readonly audible: boolean;
}

/** Of a machine that is not too small, this share can be planned with. */
export const usable = 0.9;
/** A deck comes back only where there is clearly room for it. */
export const roomy = 0.75;
/** Who needs less than this makes no room by resting. */
export const little = 0.02;
/** What a change has brought is judged after this long. */
const patience: Micros = 4_000_000;
/** What a deck needed may have been measured in a bad hour: it is tried again after this long, and after twice as long each time. */
const retrial: Micros = 30_000_000;
/** … where so much of the machine is free. */
const roomForTrial = 0.4;

interface Rest {
  readonly since: Micros;
  readonly times: number;
}

/**
 * Decides which decks play where the machine cannot compute them all: rather some rest than that all stumble. The first to
 * rest is one that needs more than all others together and cannot keep up with that, then those that are not heard anyway, and
 * of those alike the last. One deck always plays. Thread: main. Blocks: no.
 */
export class MachineShare {
  private readonly resting = new Map<number, Rest>();
  /** How often a deck was sent to rest since it has its voice. */
  private readonly times = new Map<number, number>();
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
    this.times.delete(deck);
    if (this.rests(deck)) this.wake(deck, now);
  }

  /** A deck is no more. */
  forget(deck: number): void {
    this.times.delete(deck);
    this.resting.delete(deck);
  }

  /** Looks at all decks; call it a few times a second. */
  judge(claims: readonly Claim[], now: Micros): void {
    if (now - this.changedMicros < patience) return;
    const playing = claims.filter(({ deck }) => !this.rests(deck));
    const needed = loadOf(playing);
    const isTooMuch = needed > usable * this.places && playing.some(({ load, isShort }) => load > little && isShort);
    if (isTooMuch) this.makeRoom(byWorth(playing), now);
    else this.fillRoom(byWorth(claims.filter(({ deck }) => this.rests(deck))), roomy * this.places - needed, now);
  }

  /** @param playing the one that is missed the least is the last. */
  private makeRoom(playing: readonly Claim[], now: Micros): void {
    let left = playing.length;
    while (left > 1 && playing[left - 1].load > little && loadOf(playing.slice(0, left)) > usable * this.places) {
      left -= 1;
      const { deck } = playing[left];
      const times = (this.times.get(deck) ?? 0) + 1;
      this.times.set(deck, times);
      this.resting.set(deck, { since: now, times });
      this.changedMicros = now;
      this.changed(deck, true);
    }
  }

  private fillRoom(waiting: readonly Claim[], room: number, now: Micros): void {
    const next = waiting.find(({ deck, load }) => {
      const { since, times } = this.resting.get(deck) as Rest;
      const isTrial = now - since >= retrial * 2 ** (times - 1) && room >= roomForTrial * this.places;
      return isTrial || load <= Math.max(little, Math.min(1, room));
    });
    if (next) this.wake(next.deck, now);
  }

  private wake(deck: number, now: Micros): void {
    this.resting.delete(deck);
    this.changedMicros = now;
    this.changed(deck, false);
  }
}

/** What takes more than a place cannot have it. */
export function loadOf(claims: readonly Claim[]): number {
  return claims.reduce((sum, { load }) => sum + Math.min(1, load), 0);
}

/** Those whose rest would be missed most come first. */
function byWorth(claims: readonly Claim[]): readonly Claim[] {
  const total = claims.reduce((sum, { load }) => sum + load, 0);
  const rank = ({ load, audible }: Claim): number => {
    if (load <= little) return 0;
    if (load > 1 && 2 * load > total) return 3;
    return audible ? 1 : 2;
  };
  return [...claims].sort((one, other) => rank(one) - rank(other) || one.deck - other.deck);
}
