import type { Micros } from '../../src/engine/music/units.js';
import type { Clock } from '../../src/engine/time/clock.js';

/** An onset that is dropped longer after the music was moved was dropped by nobody's fault but ours. */
const explainsFor: Micros = 250_000;

/** What can move music so that some of it is over before it could be played. */
export type Move = 'leader leaps' | 'leader slips' | 'transport' | 'offset';

/**
 * Why onsets were dropped as late: by what had moved the music last. A change of tempo alone is no reason: it keeps every
 * beat in its place, and what is to come is still to come. Thread: main.
 */
export class DropCauses {
  readonly counts: Record<Move | 'nothing', number> = { 'leader leaps': 0, 'leader slips': 0, transport: 0, offset: 0, nothing: 0 };
  private latest: { readonly move: Move; readonly micros: Micros } | undefined;
  private dropped = 0;

  constructor(private readonly clock: Clock) {}

  moved(move: Move): void {
    this.latest = { move, micros: this.clock.now() };
  }

  /** @param dropped onsets dropped since the beginning */
  count(dropped: number): void {
    if (dropped === this.dropped) return;
    const { latest } = this;
    this.counts[latest && this.clock.now() - latest.micros <= explainsFor ? latest.move : 'nothing'] += dropped - this.dropped;
    this.dropped = dropped;
  }
}
