import type { Output, WireEvent, WireEventKind } from '../contracts/output.js';
import type { Beats, Micros } from '../music/units.js';
import type { Clock } from '../time/clock.js';
import { microsPerBeat, type Timeline } from '../time/timeline.js';

const faultInterval: Micros = 1_000_000;

/**
 * An output behind a guard: one that throws costs its own event and is reported, once a second at most, and nothing
 * else notices. Remembers which channels it used and when the last thing sent is heard.
 * Thread: the lane's. Blocks: no. Allocates: no.
 */
export class Wire {
  private readonly event: WireEvent = {
    kind: 'noteOn', owner: 0, channel: 0, data1: 0, data2: 0, beat: 0, durationBeats: 0, noteId: 0, microsPerBeat: 0,
  };
  private channels = 0;
  private latest: Micros = -Infinity;
  private unflushed = false;
  private lastFault: Micros = -Infinity;

  constructor(
    private readonly output: Output,
    private readonly clock: Clock,
    private readonly onFault: (cause: unknown) => void,
  ) {}

  /** When the latest of all events sent is heard. */
  get latestDue(): Micros {
    return this.latest;
  }

  hasUsed(channel: number): boolean {
    return (this.channels & (1 << channel)) !== 0;
  }

  follow(timeline: Timeline): void {
    this.event.microsPerBeat = microsPerBeat(timeline);
  }

  /** False when the output threw: the event has not left. */
  noteOn(owner: number, channel: number, pitch: number, velocity: number, beat: Beats, durationBeats: Beats, noteId: number, due: Micros): boolean {
    this.event.durationBeats = durationBeats;
    this.event.noteId = noteId;
    this.channels |= 1 << channel;
    return this.send('noteOn', owner, channel, pitch, velocity, beat, due);
  }

  noteOff(owner: number, channel: number, pitch: number, beat: Beats, noteId: number, due: Micros): void {
    this.event.durationBeats = 0;
    this.event.noteId = noteId;
    this.send('noteOff', owner, channel, pitch, 0, beat, due);
  }

  mark(kind: 'program' | 'control', owner: number, channel: number, data1: number, data2: number, beat: Beats, due: Micros): void {
    this.channels |= 1 << channel;
    this.plain(kind, owner, channel, data1, data2, beat, due);
  }

  clockwork(kind: WireEventKind, data1: number, beat: Beats, due: Micros): void {
    this.plain(kind, 0, 0, data1, 0, beat, due);
  }

  /** Hands over what the output has gathered; false when there was nothing. */
  flush(): boolean {
    if (!this.unflushed) return false;
    this.unflushed = false;
    try {
      this.output.flush();
    } catch (cause) {
      this.fault(cause);
    }
    return true;
  }

  private plain(kind: WireEventKind, owner: number, channel: number, data1: number, data2: number, beat: Beats, due: Micros): void {
    this.event.durationBeats = 0;
    this.event.noteId = 0;
    this.send(kind, owner, channel, data1, data2, beat, due);
  }

  private send(kind: WireEventKind, owner: number, channel: number, data1: number, data2: number, beat: Beats, due: Micros): boolean {
    const { event } = this;
    event.kind = kind;
    event.owner = owner;
    event.channel = channel;
    event.data1 = data1;
    event.data2 = data2;
    event.beat = beat;
    if (due > this.latest) this.latest = due;
    this.unflushed = true;
    try {
      this.output.send(event, due);
      return true;
    } catch (cause) {
      this.fault(cause);
      return false;
    }
  }

  private fault(cause: unknown): void {
    const now = this.clock.now();
    if (now - this.lastFault < faultInterval) return;
    this.lastFault = now;
    this.onFault(cause);
  }
}
