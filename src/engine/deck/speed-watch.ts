import type { ComposedSpan } from '../contracts/composer.js';
import { noLink, type LinkFigures } from '../contracts/link-figures.js';
import type { Beats } from '../music/units.js';
import { ComposingSpeed } from './composing-speed.js';

/** Composing slower than this many times real time, a deck has no room left. */
const leastSpeed = 1.1;

/** What the law is judged by, now. */
export interface SpeedGround {
  readonly pack: string;
  readonly beatMicros: number;
  /** Beats that stand whatever is changed: so long the next beat may take. */
  readonly commit: Beats;
}

/**
 * The real-time law for one voice: on average a beat must be composed faster than it is played, and 95 of 100 beats in
 * less time than what is committed lasts, or a change is heard as a gap. Waiting for another machine counts as composing.
 */
export class SpeedWatch {
  private readonly speed = new ComposingSpeed();
  private saidSlow = false;
  private saidLate = false;
  private latestLink: LinkFigures = noLink;

  add(span: Pick<ComposedSpan, 'fromBeat' | 'untilBeat' | 'micros'> & { readonly link?: LinkFigures }): void {
    this.speed.add(span);
    this.latestLink = span.link ?? noLink;
  }

  get measured(): boolean {
    return this.speed.measured;
  }

  get link(): LinkFigures {
    return this.latestLink;
  }

  timesRealTime(beatMicros: number): number {
    return this.speed.timesRealTime(beatMicros);
  }

  /** Each breach once a voice: a performer must know before the audience does. */
  warning({ pack, beatMicros, commit }: SpeedGround): string | undefined {
    const { speed } = this;
    if (!speed.measured) return undefined;
    if (!this.saidSlow && speed.timesRealTime(beatMicros) < leastSpeed) {
      this.saidSlow = true;
      const bpm = Math.floor(60_000_000 / (speed.meanMicrosPerBeat * leastSpeed));
      return `${pack} cannot hold this tempo on this machine now and will rest at times: play at ${bpm} BPM or below, or load a smaller pack.`;
    }
    const slow = speed.slowMicrosPerBeat;
    if (this.saidSlow || this.saidLate || slow <= commit * beatMicros) return undefined;
    this.saidLate = true;
    const beats = Math.ceil(slow / beatMicros);
    return `${pack} takes up to ${(slow / 1e6).toFixed(1)} s for a beat, longer than what is committed lasts: set commit to ${beats} or more, or a change may be heard as a gap.`;
  }
}
