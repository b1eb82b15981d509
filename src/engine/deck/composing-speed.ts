import type { ComposedSpan } from '../contracts/composer.js';
import type { Beats, Micros } from '../music/units.js';

const remembered = 64;

/** How long a composer takes for a beat of music, over its last spans. */
export class ComposingSpeed {
  private readonly spans: { readonly beats: Beats; readonly micros: Micros }[] = [];

  add(span: Pick<ComposedSpan, 'fromBeat' | 'untilBeat' | 'micros'>): void {
    const beats = span.untilBeat - span.fromBeat;
    if (beats <= 0) return;
    this.spans.push({ beats, micros: span.micros });
    if (this.spans.length > remembered) this.spans.shift();
  }

  get measured(): boolean {
    return this.spans.length >= 8;
  }

  /** Mean time of a beat, in microseconds; 0 before the first span. The horizon evens out what single beats take. */
  get meanMicrosPerBeat(): number {
    const beats = this.spans.reduce((sum, span) => sum + span.beats, 0);
    return beats === 0 ? 0 : this.spans.reduce((sum, span) => sum + span.micros, 0) / beats;
  }

  /** Mean speed against a tempo: 8 means eight beats composed while one is played. 0 before the first span. */
  timesRealTime(beatMicros: number): number {
    return this.spans.length === 0 ? 0 : beatMicros / Math.max(this.meanMicrosPerBeat, 1);
  }
}
