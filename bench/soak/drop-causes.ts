import type { Micros } from '../../src/engine/music/units.js';
import { lateCauses, type LateCause } from '../../src/engine/scheduling/late-cause.js';
import type { SenderCounters } from '../../src/engine/scheduling/sender.js';
import type { Clock } from '../../src/engine/time/clock.js';

/** An onset that is dropped longer after the music was moved was dropped by nobody's fault but ours. */
const explainsFor: Micros = 250_000;

/** What can move music so that some of it is over before it could be played. */
export type Move = 'leader leaps' | 'leader slips' | 'transport' | 'offset';

/** What the sender says of them. */
export type DropsBecause = Record<LateCause, number>;

/**
 * Why onsets were dropped as late: by what had moved the music last. A change of tempo alone is no reason: it keeps every
 * beat in its place, and what is to come is still to come. Thread: main.
 */
export class DropCauses {
  readonly counts: Record<Move | 'nothing', DropsBecause> = { 'leader leaps': none(), 'leader slips': none(), 'transport': none(), 'offset': none(), 'nothing': none() };
  private latest: { readonly move: Move; readonly micros: Micros } | undefined;
  private dropped: SenderCounters['droppedBecause'] = none();

  constructor(private readonly clock: Clock) {}

  moved(move: Move): void {
    this.latest = { move, micros: this.clock.now() };
  }

  /** @param dropped onsets dropped since the beginning */
  count({ droppedBecause }: SenderCounters): void {
    const { latest } = this;
    const counts = this.counts[latest && this.clock.now() - latest.micros <= explainsFor ? latest.move : 'nothing'];
    for (const cause of lateCauses) counts[cause] += droppedBecause[cause] - this.dropped[cause];
    this.dropped = droppedBecause;
  }
}

function none(): DropsBecause {
  return { queued: 0, moved: 0, held: 0 };
}
