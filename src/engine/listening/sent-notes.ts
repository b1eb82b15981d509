import type { Note } from '../music/note.js';
import type { ControlMark } from '../music/score.js';
import type { Beats, Micros } from '../music/units.js';
import type { Clock } from '../time/clock.js';
import { timeAt, type Timeline } from '../time/timeline.js';

/** A clock may be read a little before we thought it left. */
const earliestMicros: Micros = 10_000;
/** What ended longer ago than this comes back no more. */
const forgottenMicros: Micros = 2_000_000;
/** How often the past is looked through for what can be forgotten. */
const sweepMicros: Micros = 1_000_000;
/** What can be waited for at once: what a full lane holds. */
const mostExpected = 8192;

interface Expected {
  readonly owner: number;
  readonly beat: Beats;
  endBeat: Beats;
  /** Once it is past: what the timeline says later no longer concerns it. */
  onMicros?: Micros;
  endMicros?: Micros;
  /** Sources that it came back over. */
  readonly heardBy: string[];
}

/**
 * What is queued for the outputs, so that what comes back of it, over a loopback port or a host that passes notes through, is
 * known for what it is. An echo is a note of the same channel and pitch within a window of time after the one sent, once for
 * each source. Stamps of drivers may lie too early, so that it only counts that it did not arrive before. Bounded. Thread: main. Blocks: no.
 */
export class SentNotes {
  private readonly expected = new Map<number, Expected[]>();
  private readonly offsets = new Map<string, Micros>();
  private timeline: Timeline | undefined;
  private count = 0;
  private sweptAt: Micros = -Infinity;

  constructor(private readonly clock: Clock) {}

  /** Notes leave by this timeline from now on. */
  follow(timeline: Timeline): void {
    this.settle();
    this.timeline = timeline;
  }

  /** An output plays by so much later than the timeline says. */
  offset(output: string, micros: Micros): void {
    this.offsets.set(output, micros);
  }

  queued(owner: number, notes: readonly Note[], controls: readonly ControlMark[] = []): void {
    this.sweep();
    for (const { beat, duration, channel, pitch } of notes) this.expect(noteKey(channel, pitch), owner, beat, beat + duration);
    for (const { beat, channel, controller, value } of controls) this.expect(controlKey(channel, controller, value), owner, beat, beat);
  }

  /** What an owner has queued from `fromBeat` on leaves no more. */
  flushed(owner: number, fromBeat: Beats): void {
    this.settle();
    this.keep((each) => each.owner !== owner || each.onMicros !== undefined || each.beat < fromBeat);
  }

  /** What an owner has queued leaves no more, and what sounds ends now. */
  silenced(owner: number): void {
    this.settle();
    const now = this.clock.now();
    this.keep((each) => {
      if (each.owner !== owner) return true;
      if (each.onMicros !== undefined) each.endMicros ??= now;
      return each.onMicros !== undefined;
    });
  }

  /** Nothing that is queued leaves, and everything ends now. */
  cleared(): void {
    this.settle();
    const now = this.clock.now();
    this.keep((each) => {
      if (each.onMicros !== undefined) each.endMicros ??= now;
      return each.onMicros !== undefined;
    });
  }

  /** Whether a note that began at `micros`, and is heard now, is one of ours; it counts as come back over `source` then. */
  isEcho(source: string, channel: number, pitch: number, micros: Micros, windowMicros: Micros): boolean {
    return this.take(noteKey(channel, pitch), source, micros, windowMicros);
  }

  /** The same for a controller. */
  isEchoedControl(source: string, channel: number, controller: number, value: number, micros: Micros, windowMicros: Micros): boolean {
    return this.take(controlKey(channel, controller, value), source, micros, windowMicros);
  }

  /** Whether one of our notes ended at about `micros`. */
  endsAt(channel: number, pitch: number, micros: Micros, windowMicros: Micros): boolean {
    return this.at(noteKey(channel, pitch)).some((each) => this.isNear(this.endOf(each), micros, windowMicros));
  }

  private take(key: number, source: string, micros: Micros, windowMicros: Micros): boolean {
    const found = this.at(key).find((each) => !each.heardBy.includes(source) && this.isNear(this.onOf(each), micros, windowMicros));
    found?.heardBy.push(source);
    return found !== undefined;
  }

  private isNear(sent: Micros, micros: Micros, windowMicros: Micros): boolean {
    const now = this.clock.now();
    const near = (offset: Micros): boolean => now >= sent + offset - earliestMicros && micros <= sent + offset + windowMicros;
    return near(0) || [...this.offsets.values()].some((offset) => offset !== 0 && near(offset));
  }

  private at(key: number): readonly Expected[] {
    return this.expected.get(key) ?? [];
  }

  private expect(key: number, owner: number, beat: Beats, endBeat: Beats): void {
    if (this.count >= mostExpected) return;
    const list = this.expected.get(key) ?? [];
    list.push({ owner, beat, endBeat, heardBy: [] });
    this.expected.set(key, list);
    this.count += 1;
  }

  private onOf({ onMicros, beat }: Expected): Micros {
    return onMicros ?? this.timeOf(beat);
  }

  private endOf({ endMicros, endBeat }: Expected): Micros {
    return endMicros ?? this.timeOf(endBeat);
  }

  private timeOf(beat: Beats): Micros {
    return this.timeline ? timeAt(this.timeline, beat) : Infinity;
  }

  /** What has happened keeps its time. */
  private settle(): void {
    const now = this.clock.now();
    for (const list of this.expected.values()) {
      for (const each of list) {
        if (this.onOf(each) <= now) each.onMicros ??= this.onOf(each);
        if (this.endOf(each) <= now) each.endMicros ??= this.endOf(each);
      }
    }
  }

  private sweep(): void {
    const now = this.clock.now();
    if (now - this.sweptAt < sweepMicros) return;
    this.sweptAt = now;
    this.keep((each) => this.endOf(each) > now - forgottenMicros);
  }

  private keep(wanted: (each: Expected) => boolean): void {
    this.count = 0;
    for (const [key, list] of this.expected) {
      const kept = list.filter(wanted);
      this.count += kept.length;
      if (kept.length === 0) this.expected.delete(key);
      else this.expected.set(key, kept);
    }
  }
}

function noteKey(channel: number, pitch: number): number {
  return channel * 128 + pitch;
}

/** Beyond the keys of all notes. */
function controlKey(channel: number, controller: number, value: number): number {
  return 16 * 128 + (channel * 128 + controller) * 128 + value;
}
