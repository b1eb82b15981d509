import type { Micros } from '../music/units.js';
import type { Clock } from '../time/clock.js';

/** What the send thread needs to be woken and to take a note in, on a machine that is busy. */
const leastMicros: Micros = 10_000;
/** A thread that is held up for longer is told of elsewhere: music is not put off any further for it. */
const mostMicros: Micros = 60_000;
/** What was measured may be exceeded by so much. */
const reserve = 1.5;
/** The longest is forgotten by this share with every other: what comes once in some thousand times is still known. */
const forgottenShare = 1 / 512;

/**
 * How long before it is due music must be queued: longer where the thread that queues it has been held up (garbage, other programs)
 * between choosing the moment and having queued for it. Measured wherever something is queued. Thread: main. Blocks: no.
 */
export class QueueingMargin {
  private longest: Micros = 0;
  private chosen: Micros = 0;

  constructor(private readonly clock: Clock) {}

  get micros(): Micros {
    return Math.min(mostMicros, leastMicros + reserve * this.longest);
  }

  /** A moment is chosen now. */
  choose(): void {
    this.chosen = this.clock.now();
  }

  /** All is queued that was to be, for the moment chosen last. */
  queued(): void {
    const micros = this.clock.now() - this.chosen;
    this.longest = Math.max(micros, this.longest * (1 - forgottenShare));
  }
}
