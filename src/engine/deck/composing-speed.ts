import type { ComposedSpan } from '../contracts/composer.js';

const remembered = 64;

/** How long a composer takes for a beat of music, over its last spans. */
export class ComposingSpeed {
  private readonly microsPerBeat: number[] = [];

  add(span: Pick<ComposedSpan, 'fromBeat' | 'untilBeat' | 'micros'>): void {
    const beats = span.untilBeat - span.fromBeat;
    if (beats <= 0) return;
    this.microsPerBeat.push(span.micros / beats);
    if (this.microsPerBeat.length > remembered) this.microsPerBeat.shift();
  }

  get measured(): boolean {
    return this.microsPerBeat.length >= 8;
  }

  /** Mean time of a beat, in microseconds; 0 before the first span. The horizon evens out what single beats take. */
  get meanMicrosPerBeat(): number {
    return this.microsPerBeat.reduce((sum, micros) => sum + micros, 0) / Math.max(1, this.microsPerBeat.length);
  }

  /** The time that 95 of 100 beats keep within, in microseconds; 0 before the first span. */
  get slowMicrosPerBeat(): number {
    const sorted = [...this.microsPerBeat].sort((one, other) => one - other);
    return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0;
  }

  /** Mean speed against a tempo: 8 means eight beats composed while one is played. 0 before the first span. */
  timesRealTime(beatMicros: number): number {
    return this.microsPerBeat.length === 0 ? 0 : beatMicros / Math.max(this.meanMicrosPerBeat, 1);
  }
}
