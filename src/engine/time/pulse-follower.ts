import { maximumBpm, minimumBpm, type Beats, type Bpm, type Micros, type Sixteenths } from '../music/units.js';
import { PulseRegression } from './pulse-regression.js';
import { beatAt, type Timeline } from './timeline.js';

const windowBeats: Beats = 4;
/** Pulses that prove a new tempo, where a beat has fewer. */
const fewestSettled = 6;
/** A silence longer than this is a clock that stopped, not pulses that got lost. */
const longestGapBeats: Beats = 2;
const quietBeats: Beats = 2;
/** An interval that differs by this share from the one before is another clock, or another phase of it. */
const strayInterval = 0.25;
const shortestQuiet: Micros = 500_000;
/** Pulses needed before one can be told to be off the line. */
const pulsesToTrust = 4;
/** A pulse further than this from its place, in intervals, is a stray: it is counted, and kept from the line. */
const strayOffset = 0.5;
/** So many strays on end that follow each other evenly are no stumble: pulses were lost, or the clock is another. */
const straysToBelieve = 4;
/** Evenly: no two gaps between them differ by a larger ratio. */
const alike = 1.25;
/** Strays that follow each other this closely, in intervals, come late all at once. */
const burstInterval = 0.3;
/**
 * Pulses that are late and come faster than they should are catching up, until they are ahead of their places. A queue that
 * empties at four thirds of the tempo or faster takes no more of them than so many for each interval that they were late.
 */
const catchUpPulses = 4;
/** Gaps that differ by a larger ratio are those of two things, not of one clock that wavers. */
const unlike = 3;
/** Pulses that follow each other in less than this share of the fastest tempo's interval are a queue running empty. */
const crowdedInterval = 0.7;
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
 * takes out the jitter, lost pulses are inferred, late ones are not, a tempo step is followed within a beat.
 *
 * Beats of the timeline are the host's song position while it plays: the first pulse after `start` is beat 0, the first
 * after `continue` the position it stopped at or was located to. While the host is stopped its pulses give the tempo and
 * the beats run on from where it stopped or was located to. Times must not go back; a stamp that does counts as the one before.
 *
 * Thread: one. Blocks: no.
 * @example const news = follower.pulse(stamp); if (news.timeline) listener.timeline(news.timeline);
 */
export class PulseFollower {
  private readonly pulsesPerBeat: number;
  /** Micros; no clock sends pulses closer than this. */
  private readonly crowded: Micros;
  private readonly line: PulseRegression;
  /** Pulses counted; the newest one's number. -1 before the first. */
  private index = -1;
  private lastMicros: Micros = -Infinity;
  private anchorIndex = 0;
  private anchorBeat: Beats = 0;
  private isPlaying = false;
  private heldBeat: Beats = 0;
  private pending: 'start' | 'continue' | 'locate' | undefined;
  /** Times of the latest strays, the newest last, and how many there were on end. */
  private readonly strayTimes = new Float64Array(straysToBelieve);
  private strays = 0;
  /** By how many intervals the latest of them was late. */
  private mostLate = 0;
  /** Pulses counted that did not come. */
  private inferred = 0;

  constructor(options: PulseFollowerOptions = {}) {
    this.pulsesPerBeat = options.pulsesPerBeat ?? 24;
    this.crowded = (crowdedInterval * 60_000_000) / (maximumBpm * this.pulsesPerBeat);
    const interval = 60_000_000 / ((options.bpm ?? 120) * this.pulsesPerBeat);
    const window = Math.max(8, Math.round(windowBeats * this.pulsesPerBeat));
    this.line = new PulseRegression(window, Math.max(fewestSettled, this.pulsesPerBeat), interval);
  }

  /** Whether the host plays. */
  get playing(): boolean {
    return this.isPlaying;
  }

  /** A pulse came at `micros`. */
  pulse(micros: Micros): PulseNews {
    const time = Math.max(micros, this.lastMicros);
    if (this.index < 0) this.resume(time);
    else this.advance(time);
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
    // Its stop was lost on the way.
    if (this.isPlaying && this.pending === undefined) this.heldBeat = this.beatOf(this.index + 1);
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

  /** Song position pointer. A host that sends it while it plays jumps there with its next pulse; else the beats run on from there. */
  songPosition(sixteenths: Sixteenths, micros: Micros): PulseNews {
    this.heldBeat = sixteenths / sixteenthsPerBeat;
    if (this.isPlaying) {
      this.pending ??= 'locate';
      return noNews;
    }
    const transport = { type: 'locate', beat: this.heldBeat, micros } as const;
    if (this.index < 0) return { transport };
    this.anchorIndex = this.index;
    this.anchorBeat = this.heldBeat - (micros - this.line.timeOf(this.index)) / this.beatMicros;
    return { timeline: this.timeline(), transport };
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

  /**
   * Every pulse is counted, however late it comes: a host that stumbled catches up, and then the count is right. Pulses
   * that were lost show as strays that stay one or more whole intervals late.
   */
  private advance(time: Micros): void {
    if (this.isSilence(time - this.lastMicros) || (this.pending && Math.abs(this.offsetOf(this.index + 1, time)) > strayInterval)) {
      this.resume(time);
      return;
    }
    this.index += 1;
    if (time - this.lastMicros < this.crowded) {
      // The newest of them is the least late: until there is a line to wait for, it stands for the others.
      if (this.line.pulses < pulsesToTrust) this.restand(time);
      return;
    }
    const offset = this.offsetOf(this.index, time);
    if (this.line.pulses < pulsesToTrust || Math.abs(offset) <= strayOffset) {
      this.strays = 0;
      this.line.add(this.index, time);
      return;
    }
    this.mostLate = this.strays === 0 ? offset : Math.max(this.mostLate, offset);
    this.strayTimes.copyWithin(0, 1);
    this.strayTimes[straysToBelieve - 1] = time;
    this.strays += 1;
    if (this.strays >= straysToBelieve) this.judgeStrays();
  }

  /** How many intervals after its place on the line pulse `index` came. */
  private offsetOf(index: number, time: Micros): number {
    return (time - this.line.timeOf(index)) / this.line.interval;
  }

  private isSilence(micros: Micros): boolean {
    const slowestInterval = 60_000_000 / (minimumBpm * this.pulsesPerBeat);
    return micros > (this.line.pulses === 1 ? (1 + strayInterval) * slowestInterval : longestGapBeats * this.beatMicros);
  }

  /** The clock's phase is new: keep the tempo, count this pulse as the next. */
  private resume(time: Micros): void {
    this.index += 1;
    this.strays = this.inferred = 0;
    this.restand(time);
  }

  private restand(time: Micros): void {
    this.line.restart(true);
    this.line.add(this.index, time);
  }

  private judgeStrays(): void {
    let shortest = Infinity;
    let longest = 0;
    for (let at = 1; at < straysToBelieve; at += 1) {
      const gap = this.strayTimes[at] - this.strayTimes[at - 1];
      shortest = Math.min(shortest, gap);
      longest = Math.max(longest, gap);
    }
    const isEven = longest < alike * shortest && shortest > burstInterval * this.line.interval;
    // A beat of strays is a clock that is not the one on the line, though it waver.
    if (!isEven && (this.strays < this.pulsesPerBeat || longest > unlike * shortest)) return;
    const sameTempo = longest < alike * this.line.interval && alike * shortest > this.line.interval;
    const offset = this.offsetOf(this.index, this.strayTimes[straysToBelieve - 1]);
    const catchesUp = offset > 0 && alike * longest < this.line.interval;
    if (catchesUp && this.strays < straysToBelieve + catchUpPulses * this.mostLate) return;
    const lost = Math.round(offset);
    // Fewer than were counted can only be pulses that were thought lost and have come after all.
    if (sameTempo && Math.abs(offset - lost) <= strayInterval && lost >= -this.inferred) {
      this.index += lost;
      this.inferred += lost;
    } else {
      this.line.restart(sameTempo);
    }
    for (let at = 0; at < straysToBelieve; at += 1) this.line.add(this.index - straysToBelieve + 1 + at, this.strayTimes[at]);
    this.strays = 0;
  }

  private takeUp(change: 'start' | 'continue' | 'locate'): PulseTransport {
    this.pending = undefined;
    this.isPlaying = true;
    this.anchorIndex = this.index;
    this.anchorBeat = this.heldBeat;
    return { type: change, beat: this.heldBeat, micros: this.line.timeOf(this.index) };
  }
}
