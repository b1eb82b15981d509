import type { Output } from '../contracts/output.js';
import type { Beats, Micros } from '../music/units.js';
import type { Clock } from '../time/clock.js';
import { beatAt, type Timeline } from '../time/timeline.js';
import { emptyEntry, type QueueEntry } from './beat-queue.js';
import { maximumLanes, maximumOwner, type Command } from './command.js';
import { laneCapacity } from './lane-capacity.js';
import { Lane } from './lane.js';
import { OwnerLimits } from './note-limits.js';
import { SendCounters } from './send-counters.js';
import { SoundingNotes } from './sounding-notes.js';

export interface LaneSettings {
  readonly output: Output;
  readonly leadMicros: Micros;
  readonly offsetMicros: Micros;
  readonly sendsClock: boolean;
  readonly sounding?: SoundingNotes;
  /** What it is sent is not counted. */
  readonly isRecord?: boolean;
  onFault(cause: unknown): void;
}

/**
 * All lanes, the Timeline and whether the music plays: the whole of sending but the waiting. It never reads any clock but
 * the one it is given, so the send thread and a render faster than real time run the very same code.
 *
 * Thread: send, or any one thread under a virtual clock. Blocks: no. Allocates: no, but for transport changes and lanes.
 */
export class Dispatcher {
  private readonly lanes: (Lane | undefined)[] = Array.from({ length: maximumLanes }, () => undefined);
  private readonly routes = new Uint32Array(maximumOwner + 1).fill(0xffff_ffff);
  private readonly limits = new OwnerLimits();
  private readonly entry: QueueEntry = emptyEntry();
  /** What records are sent. */
  private readonly uncounted = new SendCounters();
  private playing = false;

  constructor(
    private readonly clock: Clock,
    private readonly counters: SendCounters,
    private timeline: Timeline,
    private readonly capacity = laneCapacity,
  ) {}

  /** Gives an open output a lane; one that carries clock joins in where the music is. */
  addLane(number: number, settings: LaneSettings): void {
    const lane = new Lane(
      {
        ...settings,
        sounding: settings.sounding ?? new SoundingNotes(),
        limits: this.limits,
        capacity: this.capacity,
        isRecord: settings.isRecord ?? false,
        isRouted: (owner) => ((this.routes[owner] >>> number) & 1) === 1,
      },
      this.clock,
      settings.isRecord ? this.uncounted : this.counters,
      this.timeline,
    );
    this.lanes[number] = lane;
    const micros = this.clock.now();
    if (this.playing) lane.change({ type: 'continue', beat: beatAt(this.timeline, micros), micros });
  }

  /** Ends what sounds there, in every way there is, and forgets the lane; its output is the caller's to close. */
  removeLane(number: number): void {
    this.lanes[number]?.panic();
    this.lanes[number] = undefined;
    this.gauge();
  }

  /** Takes a new Timeline; taking the same again costs nothing. */
  follow(timeline: Timeline): void {
    if (timeline === this.timeline) return;
    this.timeline = timeline;
    for (const lane of this.lanes) lane?.follow(timeline);
  }

  apply(command: Command): void {
    switch (command.kind) {
      case 'note':
        return this.queue('noteOn', command);
      case 'program':
      case 'control':
        return this.queue(command.kind, command);
      case 'flush':
        return this.each((lane) => lane.flush(command.owner, command.beat));
      case 'silence':
        return this.each((lane) => lane.silence(command.owner));
      case 'panic':
        return this.each((lane) => lane.panic());
      case 'route':
        return this.route(command.owner, command.amount);
      case 'limit':
        this.limits.set(command.owner, command.data1, command.amount);
        return this.each((lane) => lane.limit(command.owner));
      case 'offset':
        this.lanes[command.data1]?.setOffset(command.amount);
        return;
      case 'start':
      case 'continue':
      case 'stop':
      case 'locate':
        return this.change(command.kind, command.beat, command.amount);
    }
  }

  /** When `run` next has something to do; Infinity when only a call can change that. */
  nextDue(): Micros {
    let due: Micros = Infinity;
    for (const lane of this.lanes) if (lane) due = Math.min(due, lane.nextDue());
    return due;
  }

  /** Sends everything that is due; false when there was nothing to send. */
  run(): boolean {
    const now = this.clock.now();
    let sent = false;
    for (const lane of this.lanes) if (lane?.run(now)) sent = true;
    this.gauge();
    return sent;
  }

  private queue(kind: QueueEntry['kind'], command: Command): void {
    const { entry } = this;
    entry.kind = kind;
    entry.owner = command.owner;
    entry.channel = command.channel;
    entry.data1 = command.data1;
    entry.data2 = command.data2;
    entry.beat = command.beat;
    entry.durationBeats = kind === 'noteOn' ? command.amount : 0;
    entry.noteId = command.noteId;
    entry.queuedMicros = command.queuedMicros;
    for (const lane of this.lanes) lane?.queue(entry);
  }

  private route(owner: number, mask: number): void {
    const left = this.routes[owner] & ~mask;
    this.routes[owner] = mask;
    for (let number = 0; left !== 0 && number < maximumLanes; number += 1) {
      if (((left >>> number) & 1) === 1) this.lanes[number]?.leave(owner);
    }
  }

  private change(type: 'start' | 'continue' | 'stop' | 'locate', beat: Beats, micros: Micros): void {
    if (type !== 'locate') this.playing = type !== 'stop';
    const change = { type, beat, micros };
    this.each((lane) => lane.change(change));
  }

  private each(action: (lane: Lane) => void): void {
    for (const lane of this.lanes) if (lane) action(lane);
  }

  /** Brings the counts of what sounds and waits up to date. */
  gauge(): void {
    let sounding = 0;
    let queued = 0;
    for (const lane of this.lanes) {
      if (!lane || lane.isRecord) continue;
      sounding += lane.sounding;
      queued += lane.queued;
    }
    this.counters.gauge(sounding, queued);
  }
}
