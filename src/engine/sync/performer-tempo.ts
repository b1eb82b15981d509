import { ContinuoError } from '../errors.js';
import type { Micros } from '../music/units.js';
import type { Clock } from '../time/clock.js';
import type { InternalSource } from './internal-source.js';
import type { SyncChooser } from './sync-chooser.js';
import { TapTempo } from './tap-tempo.js';

/** A nudge is for what the ear hears beside another's beat; further away, tap. */
export const longestNudgeMilliseconds = 500;

/**
 * The performer's hand on the clock: taps and nudges, from whatever wire they come.
 * Thread: main. Blocks: no.
 */
export class PerformerTempo {
  private readonly taps = new TapTempo();

  constructor(
    private readonly clock: Clock,
    private readonly chooser: SyncChooser,
    private readonly internal: InternalSource,
  ) {}

  /**
   * A beat is tapped, now. From the second tap on it sets the tempo of a leader that takes one; the engine's own beat comes
   * to fall on the taps, too. Errors: `badValue` where a host keeps its own tempo.
   */
  tap(): void {
    const now = this.clock.now();
    const bpm = this.taps.tap(now);
    if (bpm === undefined) return;
    if (this.leadsItself) this.internal.tapped(bpm, now);
    else if (!this.chooser.proposeTempo(bpm)) throw this.refusal('the tempo');
  }

  /** Moves the engine's own beat, positive to earlier. Errors: `badValue` where another leads, or for more than half a second. */
  nudge(milliseconds: number): void {
    if (Math.abs(milliseconds) > longestNudgeMilliseconds) {
      throw new ContinuoError('badValue', `A nudge is ${-longestNudgeMilliseconds} to ${longestNudgeMilliseconds} milliseconds, not ${milliseconds}; tap the beat to move further.`);
    }
    if (!this.leadsItself) throw this.refusal('the beat');
    const shift: Micros = milliseconds * 1000;
    this.internal.nudge(shift);
  }

  private get leadsItself(): boolean {
    return this.chooser.leader === this.internal.name;
  }

  private refusal(what: string): ContinuoError {
    return new ContinuoError('badValue', `${this.chooser.leader} leads ${what}: change it there, or set sync to ${this.internal.name}.`);
  }
}
