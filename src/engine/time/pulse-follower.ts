import { maximumBpm, minimumBpm, type Beats, type Bpm, type Micros, type Sixteenths } from '../music/units.js';
import { PulseRegression } from './pulse-regression.js';
import { beatAt, type Timeline } from './timeline.js';

const windowBeats: Beats = 4;
/** A silence longer than this is a clock that stopped, not pulses that got lost. */
const longestGapBeats: Beats = 2;
const quietBeats: Beats = 2;
/** An interval that differs by this share from the one before is another clock, or another phase of it. */
const strayInterval = 0.25;
const shortestQuiet: Micros = 500_000;
/** Pulses needed before a long gap is taken for missing pulses. */
const pulsesToTrust = 4;
/** Intervals from one pulse to the next from which on one is missing between them. */
const lostGap = 1.6;
/** … and up to which it is one of those, come late with the others. */
const burstGap = 0.3;
/** By how much of an interval a pulse may be early. It may be far later than that, when its host or the way here is busy. */
const earliness = 0.3;
/** So many long gaps on end, all alike, are a slower tempo, not a run of lost pulses. */
const gapsThatAreATempo = 4;
const longGap = 1.3;
const alike = 1.25;
const sixteenthsPerBeat = 4;

export interface PulseFollowerOptions {
  /** 24 for MIDI clock; 1, 2, 4 … for other pulses. Default 24. */
  readonly pulsesPerBeat?: number;
  /** Assumed until two pulses have come. Default 120. */
  readonly bpm?: Bpm;
}

/** What the host's transport did; the same fields as a sync source's change. */
export interface PulseTransport {
  readonly type: 'start' | 'continue' | 'stop' | 'locate';
  readonly beat: Beats;
  readonly micros: Micros;
}

/** What a message taught; tell the timeline before the transport. */
export interface PulseNews {
  readonly timeline?: Timeline;
  readonly transport?: PulseTransport;
}

const noNews: PulseNews = {};

/**
 * Follows a pulse clock (MIDI clock and its like) by the driver's own time stamps: a regression over the last four beats
 * takes out the jitter, single lost pulses are inferred, a tempo step is followed within a beat.
 *
 * Beats of the timeline are the host's song position while it plays: the first pulse after `start` is beat 0, the first
 * after `continue` the position it stopped at or was located to. While the host is stopped its pulses give the tempo and
 * the beats run on from where it stopped. Times must not go back; a stamp that does counts as the one before.
 *
 * Thread: one. Blocks: no.
 * @example const news = follower.pulse(stamp); if (news.timeline) listener.timeline(news.timeline);
 */
export class PulseFollower {
  private readonly pulsesPerBeat: number;
  private readonly line: PulseRegression;
  /** Pulses counted; the newest one's number. -1 before the first. */
  private index = -1;
  private lastMicros: Micros = -Infinity;
  private anchorIndex = 0;
  private anchorBeat: Beats = 0;
  private isPlaying = false;
  private heldBeat: Beats = 0;
  private pending: 'start' | 'continue' | 'locate' | undefined;
  /** Inferred pulses that may still arrive late, all at once. */
  private owed = 0;
  private pulsesSinceGap = 0;
  private readonly recentTimes = new Float64Array(gapsThatAreATempo + 1).fill(-Infinity);
  private readonly recentIndices = new Float64Array(gapsThatAreATempo + 1);

  constructor(options: PulseFollowerOptions = {}) {
    this.pulsesPerBeat = options.pulsesPerBeat ?? 24;
    const interval = 60_000_000 / ((options.bpm ?? 120) * this.pulsesPerBeat);
    const window = Math.max(8, Math.round(windowBeats * this.pulsesPerBeat));
    this.line = new PulseRegression(window, Math.min(6, Math.max(3, Math.round(this.pulsesPerBeat / 4))), interval);
  }

  /** Whether the host plays. */
  get playing(): boolean {
    return this.isPlaying;
  }

  /** A pulse came at `micros`. */
  pulse(micros: Micros): PulseNews {
    const time = Math.max(micros, this.lastMicros);
    if (this.index < 0) this.begin(time);
    else if (!this.advance(time)) return noNews;
    this.lastMicros = time;
    const transport = this.pending && this.takeUp(this.pending);
    const timeline = this.timeline();
    return transport ? { timeline, transport } : { timeline };
  }

  /** The host starts from the top; its next pulse is the downbeat. */
  start(): PulseNews {
    this.heldBeat = 0;
    this.pending = 'start';
    return noNews;
  }

  /** The host goes on from where it stands; its next pulse is that position. */
  continue(): PulseNews {
    this.pending = 'continue';
    return noNews;
  }

  stop(micros: Micros): PulseNews {
    const waited = this.pending !== undefined;
    if (this.isPlaying && !waited) this.heldBeat = this.beatOf(this.index + 1);
    const beat = this.isPlaying && !waited ? beatAt(this.timeline(), micros) : this.heldBeat;
    this.isPlaying = false;
    this.pending = undefined;
    return { transport: { type: 'stop', beat, micros } };
  }

  /** Song position pointer. A host that sends it while it plays jumps there with its next pulse. */
  songPosition(sixteenths: Sixteenths, micros: Micros): PulseNews {
    this.heldBeat = sixteenths / sixteenthsPerBeat;
    if (this.isPlaying) {
      this.pending ??= 'locate';
      return noNews;
    }
    return { transport: { type: 'locate', beat: this.heldBeat, micros } };
  }

  /** No pulse for two beats (half a second at least): the clock is gone. */
  isQuiet(now: Micros): boolean {
    return now - this.lastMicros > Math.max(shortestQuiet, quietBeats * this.beatMicros);
  }

  private get beatMicros(): Micros {
    return this.line.interval * this.pulsesPerBeat;
  }

  private beatOf(index: number): Beats {
    return this.anchorBeat + (index - this.anchorIndex) / this.pulsesPerBeat;
  }

  private timeline(): Timeline {
    const bpm = Math.min(maximumBpm, Math.max(minimumBpm, 60_000_000 / this.beatMicros));
    return { bpm, beatOrigin: this.beatOf(this.index), timeOrigin: this.line.timeOf(this.index) };
  }

  private begin(time: Micros): void {
    this.index = 0;
    this.take(time);
  }

  /** Counts the pulse and those lost before it; false when it is one that was already inferred. */
  private advance(time: Micros): boolean {
    const gap = (time - this.line.timeOf(this.index)) / this.line.interval;
    if (this.isSilence(time - this.lastMicros) || (this.pending && Math.abs(gap - 1) > strayInterval)) {
      this.resume(time);
      return true;
    }
    const sinceLast = (time - this.lastMicros) / this.line.interval;
    if (this.owed > 0 && Math.min(gap, sinceLast) < burstGap) {
      this.owed -= 1;
      return false;
    }
    // Only a gap that is long by itself hides pulses: one that is merely far from the line says that the line is wrong.
    const isLong = Math.min(gap, sinceLast) > lostGap;
    const steps = this.line.pulses >= pulsesToTrust && isLong ? Math.floor(gap + earliness) : 1;
    if (steps > 1) {
      this.owed = steps - 1;
      this.pulsesSinceGap = 0;
    } else {
      this.pulsesSinceGap += 1;
      if (this.pulsesSinceGap >= this.pulsesPerBeat / 4) this.owed = 0;
    }
    this.index += steps;
    this.take(time);
    if (this.isSlower()) this.slowDown();
    return true;
  }

  private isSilence(micros: Micros): boolean {
    const slowestInterval = 60_000_000 / (minimumBpm * this.pulsesPerBeat);
    return micros > (this.line.pulses === 1 ? (1 + strayInterval) * slowestInterval : longestGapBeats * this.beatMicros);
  }

  private take(time: Micros): void {
    this.line.add(this.index, time);
    this.recentTimes.copyWithin(0, 1);
    this.recentIndices.copyWithin(0, 1);
    this.recentTimes[gapsThatAreATempo] = time;
    this.recentIndices[gapsThatAreATempo] = this.index;
  }

  /** The clock's phase is new: keep the tempo, count this pulse as the next. */
  private resume(time: Micros): void {
    this.line.restart(true);
    this.recentTimes.fill(-Infinity);
    this.owed = 0;
    this.index += 1;
    this.take(time);
  }

  /** Whether the last gaps held inferred pulses, and are so alike that they must be a tempo of their own. */
  private isSlower(): boolean {
    if (this.index - this.recentIndices[0] === gapsThatAreATempo) return false;
    let shortest = Infinity;
    let longest = 0;
    for (let at = 0; at < gapsThatAreATempo; at += 1) {
      const gap = this.recentTimes[at + 1] - this.recentTimes[at];
      shortest = Math.min(shortest, gap);
      longest = Math.max(longest, gap);
    }
    return longest < alike * shortest && shortest > longGap * this.line.interval;
  }

  /** Takes the inferred pulses back and begins again from the last gaps. */
  private slowDown(): void {
    this.owed = 0;
    this.line.restart(false);
    const firstIndex = this.recentIndices[0];
    for (let at = 0; at <= gapsThatAreATempo; at += 1) {
      this.recentIndices[at] = firstIndex + at;
      this.line.add(firstIndex + at, this.recentTimes[at]);
    }
    this.index = firstIndex + gapsThatAreATempo;
  }

  private takeUp(change: 'start' | 'continue' | 'locate'): PulseTransport {
    this.pending = undefined;
    this.isPlaying = true;
    this.anchorIndex = this.index;
    this.anchorBeat = this.heldBeat;
    return { type: change, beat: this.heldBeat, micros: this.line.timeOf(this.index) };
  }
}
