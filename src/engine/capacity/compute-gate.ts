import type { Beats } from '../music/units.js';

/** One piece of computing that waits for its turn. */
export interface Turn {
  /** The beat it is needed for: the earliest goes first. Asked whenever a place is free. */
  deadline(): Beats;
  /** Whether nobody wants it any more: it then waits no longer, and gets no place. */
  isUnwanted(): boolean;
}

interface Waiting {
  readonly turn: Turn;
  readonly enter: (leave: (() => void) | undefined) => void;
}

/**
 * Lets so many composers compute at once, so that those that have the least time left are not slowed down by the others: the
 * earliest deadline goes first, of two alike whoever came first. What computes is never interrupted.
 * Bound: a composer has one piece of work at a time. Thread: main. Blocks: no.
 */
export class ComputeGate {
  private readonly waiting: Waiting[] = [];
  private free: number;

  constructor(places: number) {
    this.free = places;
  }

  /** Resolves when there is a place, with what gives it back; with `undefined` when the turn has become unwanted before. */
  enter(turn: Turn): Promise<(() => void) | undefined> {
    return new Promise((enter) => {
      this.waiting.push({ turn, enter });
      this.look();
    });
  }

  /** Lets in who may go, and sends away who need not. Call it as time goes on. */
  look(): void {
    for (const unwanted of this.waiting.filter(({ turn }) => turn.isUnwanted())) this.take(unwanted).enter(undefined);
    while (this.free > 0 && this.waiting.length > 0) {
      this.free -= 1;
      this.take(this.mostUrgent()).enter(this.place());
    }
  }

  private mostUrgent(): Waiting {
    return this.waiting.reduce((first, other) => (other.turn.deadline() < first.turn.deadline() ? other : first));
  }

  private take(waiting: Waiting): Waiting {
    this.waiting.splice(this.waiting.indexOf(waiting), 1);
    return waiting;
  }

  /** A place that is given back once. */
  private place(): () => void {
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      this.free += 1;
      this.look();
    };
  }
}
