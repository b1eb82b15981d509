import { eventsOfType, type TickScore } from '../../../engine/music/tick-score.js';

const usualMicrosPerBeat = 500_000;

/** Seconds from the start of a score, by its tempos: 120 beats a minute before the first. */
export class TempoMap {
  private readonly ticks: number[] = [0];
  private readonly seconds: number[] = [0];
  private readonly secondsPerTick: number[];

  constructor({ tracks, ticksPerBeat }: TickScore) {
    this.secondsPerTick = [usualMicrosPerBeat / (1e6 * ticksPerBeat)];
    const tempos = eventsOfType({ tracks }, 'tempo').filter(({ microsPerBeat }) => microsPerBeat > 0);
    for (const { tick, microsPerBeat } of tempos.sort((a, b) => a.tick - b.tick)) {
      this.seconds.push(this.secondsOf(tick));
      this.ticks.push(tick);
      this.secondsPerTick.push(microsPerBeat / (1e6 * ticksPerBeat));
    }
  }

  secondsOf(tick: number): number {
    let low = 0;
    let high = this.ticks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.ticks[middle] <= tick) low = middle;
      else high = middle - 1;
    }
    return this.seconds[low] + (tick - this.ticks[low]) * this.secondsPerTick[low];
  }
}
