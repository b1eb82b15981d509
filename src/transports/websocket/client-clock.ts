import type { Micros } from '../../engine/music/units.js';

/** Quartz clocks of two devices differ by 200 ppm at the worst; what is known of one ages by so much. */
const driftPerMicro = 200e-6;

/**
 * A client's clock beside ours, from probes that it answers: its answer was written somewhere between the probe's leaving and
 * the answer's coming, so the quickest exchange knows best, and what it knows wears off with time.
 * Thread: one. Blocks: no. Allocates: no.
 */
export class ClientClock {
  private offset: Micros = 0;
  private uncertainty: Micros = Infinity;
  private knownAt: Micros = 0;

  /** Whether it was compared at all. */
  get known(): boolean {
    return this.uncertainty < Infinity;
  }

  /** How far off, at most, a time of the client is converted at `now` if it is of now. */
  uncertaintyAt(now: Micros): Micros {
    return this.uncertainty + Math.max(0, now - this.knownAt) * driftPerMicro;
  }

  /** The client's clock said `clientMilliseconds` between `sent` and `received` on ours. */
  compare(sent: Micros, received: Micros, clientMilliseconds: number): void {
    const half = (received - sent) / 2;
    if (half > this.uncertaintyAt(received)) return;
    this.offset = sent + half - clientMilliseconds * 1000;
    this.uncertainty = half;
    this.knownAt = received;
  }

  /** Our time of a time on the client's clock. */
  micros(clientMilliseconds: number): Micros {
    return clientMilliseconds * 1000 + this.offset;
  }
}
