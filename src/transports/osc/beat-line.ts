import { maximumBpm, minimumBpm, type Beats, type Micros } from '../../engine/music/units.js';
import { PulseRegression } from '../../engine/time/pulse-regression.js';
import type { Timeline } from '../../engine/time/timeline.js';

const windowPulses = 16;
/** So many beats prove a new tempo. */
const settledPulses = 6;
const assumedInterval: Micros = 500_000;
/** What is off by more than this share of a beat is of another tempo, or of another count. */
const strayBeats = 0.3;

/**
 * The tempo of a host that tells its beats and no tempo: a regression over the last sixteen of them.
 * Thread: one. Blocks: no.
 */
export class BeatLine {
  private line = lineOf(assumedInterval);
  private isTempoKnown = false;
  private lastBeat: Beats = -1;
  private lastMicros: Micros = -Infinity;

  /** The number of a beat that comes without one: it is counted, unless it is the last one said again in other words. */
  numberOf(micros: Micros): Beats {
    return this.isRepeated(micros) ? this.lastBeat : Math.floor(this.lastBeat) + 1;
  }

  /**
   * `beat` came at `micros`. What goes on by more than `period` beats, or back, is another place at the same tempo; what goes
   * on by less but comes at another time is another tempo.
   * @returns the timeline, once the tempo is known and can be played
   */
  add(beat: Beats, micros: Micros, period: Beats): Timeline | undefined {
    const step = beat - this.lastBeat;
    if (step === 0 && this.isRepeated(micros)) return undefined;
    const isStray = this.isTempoKnown && Math.abs(micros - this.line.timeOf(beat)) > strayBeats * this.line.interval;
    if (step <= 0 || isStray) {
      this.line = lineOf(this.line.interval);
      if (step > 0 && step <= period) this.line.add(this.lastBeat, this.lastMicros);
    }
    this.line.add(beat, micros);
    this.lastBeat = beat;
    this.lastMicros = micros;
    const bpm = 60_000_000 / this.line.interval;
    this.isTempoKnown ||= this.line.pulses >= 2;
    if (!this.isTempoKnown || !(bpm >= minimumBpm && bpm <= maximumBpm)) return undefined;
    return { bpm, beatOrigin: beat, timeOrigin: this.line.timeOf(beat) };
  }

  restart(): void {
    this.line = lineOf(assumedInterval);
    this.isTempoKnown = false;
    this.lastBeat = -1;
    this.lastMicros = -Infinity;
  }

  private isRepeated(micros: Micros): boolean {
    return micros - this.lastMicros < strayBeats * this.line.interval;
  }
}

function lineOf(interval: Micros): PulseRegression {
  return new PulseRegression(windowPulses, settledPulses, interval);
}
