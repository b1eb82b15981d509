import type { Disposable } from '../disposable.js';
import { maximumBpm, minimumBpm, type Bpm, type Micros } from '../music/units.js';
import type { Clock } from '../time/clock.js';
import type { Alarm } from './alarm.js';

/** What is left after a bend, for an alarm rings late; nobody hears half a millisecond. */
const negligible: Micros = 500;

/**
 * Moves a beat as a disc jockey does: a little faster, or slower, until it is where it is wanted, then on in the tempo that
 * was. Nothing is repeated and nothing skipped, for time never goes back. A late alarm is made good by bending back.
 * Thread: main. Blocks: no.
 */
export class PhaseBend {
  private waiting: Disposable | undefined;
  private home: Bpm = 0;
  private rate = 0;
  private shift: Micros = 0;
  private since: Micros = 0;

  /** @param setTempo takes a tempo, from now on, at the position that is */
  constructor(
    private readonly clock: Clock,
    private readonly alarm: Alarm,
    private readonly setTempo: (bpm: Bpm) => void,
  ) {}

  get active(): boolean {
    return this.waiting !== undefined;
  }

  /** The tempo it comes back to; meaningful while it is {@link active}. */
  get homeBpm(): Bpm {
    return this.home;
  }

  /** What is still to be gained. */
  get remaining(): Micros {
    return this.active ? this.shift - this.rate * (this.clock.now() - this.since) : 0;
  }

  /**
   * Brings the beat forward by `shift` (back where it is negative) in place of any bend before.
   * @param home the tempo to come back to
   * @param share by how much of it the tempo may be off meanwhile, 0 < share < 1
   */
  begin(home: Bpm, shift: Micros, share: number): void {
    this.cancel();
    this.home = home;
    const bent = Math.min(maximumBpm, Math.max(minimumBpm, home * (1 + Math.sign(shift) * share)));
    const rate = bent / home - 1;
    if (Math.abs(shift) <= negligible || rate === 0) {
      this.setTempo(home);
      return;
    }
    this.shift = shift;
    this.rate = rate;
    this.since = this.clock.now();
    this.waiting = this.alarm(shift / rate, () => this.begin(home, this.remaining, share));
    this.setTempo(bent);
  }

  /** Leaves it at that. The tempo is the caller's then. */
  cancel(): void {
    this.waiting?.dispose();
    this.waiting = undefined;
  }
}
