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

  /** The 95th percentile of the time a beat takes, in microseconds; 0 before the first span. */
  get microsPerBeat95(): number {
    if (this.microsPerBeat.length === 0) return 0;
    const sorted = [...this.microsPerBeat].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))];
  }

  /** Mean speed against a tempo: 8 means eight beats composed while one is played. 0 before the first span. */
  timesRealTime(beatMicros: number): number {
    if (this.microsPerBeat.length === 0) return 0;
    const mean = this.microsPerBeat.reduce((sum, micros) => sum + micros, 0) / this.microsPerBeat.length;
    return beatMicros / Math.max(mean, 1);
  }
}
