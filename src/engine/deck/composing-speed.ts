import type { ComposedSpan } from '../contracts/composer.js';
import type { Beats, Micros } from '../music/units.js';

/** So much music is looked back on, in spans of any length … */
const rememberedBeats: Beats = 64;
/** … but in no more than so many. */
const mostSpans = 64;
/** Fewer spans than this say nothing. */
const fewestSpans = 8;

/** How long a composer takes for a beat of music, over its last spans: of 64 beats at most, unless eight are longer. */
export class ComposingSpeed {
  private readonly spans: { readonly beats: Beats; readonly micros: Micros }[] = [];

  add(span: Pick<ComposedSpan, 'fromBeat' | 'untilBeat' | 'micros'>): void {
    const beats = span.untilBeat - span.fromBeat;
    if (beats <= 0) return;
    this.spans.push({ beats, micros: span.micros });
    while (this.spans.length > mostSpans || (this.spans.length > fewestSpans && this.beats - this.spans[0].beats >= rememberedBeats)) this.spans.shift();
  }

  get measured(): boolean {
    return this.spans.length >= fewestSpans;
  }

  /** Mean time of a beat, in microseconds; 0 before the first span. The horizon evens out what single beats take. */
  get meanMicrosPerBeat(): number {
    const { beats } = this;
    return beats === 0 ? 0 : this.spans.reduce((sum, span) => sum + span.micros, 0) / beats;
  }

  /** Mean speed against a tempo: 8 means eight beats composed while one is played. 0 before the first span. */
  timesRealTime(beatMicros: number): number {
    return this.spans.length === 0 ? 0 : beatMicros / Math.max(this.meanMicrosPerBeat, 1);
  }

  private get beats(): Beats {
    return this.spans.reduce((sum, { beats }) => sum + beats, 0);
  }
}
