import type { Output, WireEventKind } from '../contracts/output.js';
import type { TransportChange } from '../contracts/sync-source.js';
import type { Beats, Micros } from '../music/units.js';
import type { Clock } from '../time/clock.js';
import type { Timeline } from '../time/timeline.js';
import { BeatQueue, emptyEntry, type QueueEntry } from './beat-queue.js';
import { ClockGenerator } from './clock-generator.js';
import { maximumOwner } from './command.js';
import { HeldPedals } from './held-pedals.js';
import { causeOf, type LateCause } from './late-cause.js';
import { droppedAfter, judge } from './late-policy.js';
import { RecentTimeline } from './recent-timeline.js';
import { NoteLimiter } from './note-limiter.js';
import type { OwnerLimits } from './note-limits.js';
import type { SendCounters } from './send-counters.js';
import { channelOf, keyOf, pitchOf, type Key, type SoundingNotes } from './sounding-notes.js';
import { Wire } from './wire.js';

/** A start is taken up this early, so that a receiver has the 1 ms it may ask for between the start byte and its downbeat. */
const startGap: Micros = 1_000;
/** A timeline that moves the music by more than this jumps; back, it repeats: notes that sound belong to the past and end. */
const jump: Beats = 0.25;
/** An onset this little before the beat that was started from is at it, and leaves behind its clock. */
const sameBeat: Beats = 1e-3;
/** What is due so close together is due at once: doubles of thirds of a beat differ, and a clock leaves before its note. */
const sameMoment: Micros = 0.5;
const pendingChanges = 16;
/** What a panic says on a used channel once every note has been ended by name. */
const allNotesOff = 123;
const allSoundOff = 120;
const sustainPedal = 64;
const engineOwner = 0;
const channelCount = 16;
/** A start this near explains why the timeline has jumped. */
const announcedWithin: Micros = 20_000;

/** A change that waits for its time. */
interface PendingChange extends TransportChange {
  /** When it was told: the timeline that goes with it had been given by then. */
  readonly toldMicros: Micros;
}

export interface LaneParts {
  readonly output: Output;
  /** How long before it is due an event is handed to the wire. */
  readonly leadMicros: Micros;
  /** Signed; positive plays later. */
  readonly offsetMicros: Micros;
  readonly sendsClock: boolean;
  /** Notes left in it by a thread that crashed are ended at once. */
  readonly sounding: SoundingNotes;
  readonly limits: OwnerLimits;
  /** Events that may wait. */
  readonly capacity: number;
  /** A record and no instrument: not among what is counted. */
  readonly isRecord: boolean;
  /** Whether the owner's onsets and marks reach this lane; asked when they are due. */
  isRouted(owner: number): boolean;
  /** The output threw; told once a second at most. */
  onFault(cause: unknown): void;
}

/**
 * One output with a queue, a latency offset and notes of its own: each destination is flushed, held and judged late by
 * itself. The Timeline is applied when an event is due, so a tempo change moves what is already queued.
 *
 * What has left cannot be taken back, and an output that is told early was given it early: where an owner's queue is flushed
 * behind what has left, that stays here, and what is queued in its place begins after it.
 *
 * For every onset sent one end is sent, whatever happens: the end is queued when the onset goes out, in the place it
 * leaves free, and is void when the note has been ended before (struck again, silenced, stopped, panic).
 *
 * Thread: send, or any one thread under a virtual clock. Blocks: no. Allocates: no, but for transport changes.
 */
export class Lane {
  private readonly entries: BeatQueue;
  private readonly entry: QueueEntry = emptyEntry();
  private readonly wire: Wire;
  private readonly clockwork: ClockGenerator | undefined;
  private readonly time: RecentTimeline;
  private readonly pedals = new HeldPedals();
  private readonly limiter: NoteLimiter;
  private readonly changes: PendingChange[] = [];
  private offset: Micros;
  private playing = false;
  /** Whether the music was moved since it was looked at last: what is not where it was expected is late otherwise. */
  private moved = false;
  private startBeat: Beats = -Infinity;
  /** What the music has been moved over since it was looked at last, and when. */
  private readonly overtaken = { from: Infinity, until: -Infinity, micros: -Infinity };
  /** Per owner: the latest onset that has left, and up to where what has left stands for what is queued. */
  private readonly leftUntil = new Float64Array(maximumOwner + 1).fill(-Infinity);
  private readonly standsUntil = new Float64Array(maximumOwner + 1).fill(-Infinity);

  constructor(
    private readonly parts: LaneParts,
    private readonly clock: Clock,
    private readonly counters: SendCounters,
    timeline: Timeline,
  ) {
    this.time = new RecentTimeline(timeline);
    this.entries = new BeatQueue(parts.capacity);
    this.offset = parts.offsetMicros;
    this.wire = new Wire(parts.output, clock, parts.onFault);
    this.wire.follow(timeline);
    this.limiter = new NoteLimiter(parts.sounding, parts.limits, counters, (key, due) => this.endNote(key, Math.max(due, clock.now())));
    const now = clock.now();
    if (parts.sendsClock) {
      this.clockwork = new ClockGenerator((kind, beat, data1) => this.sendClock(kind, beat, data1), this.positionAt(now));
    }
    this.endNotes(now);
  }

  get sounding(): number {
    return this.parts.sounding.count;
  }

  get isRecord(): boolean {
    return this.parts.isRecord;
  }

  get queued(): number {
    return this.entries.size;
  }

  /** When `run` next has something to do; Infinity when only a call can change that. */
  nextDue(): Micros {
    return Math.min(this.changeDue(), this.clockDue(), this.entryDue(), this.limitDue());
  }

  /** Queues an onset or a mark; where the queue is full it is dropped and counted. */
  queue(entry: QueueEntry): void {
    if (entry.kind === 'noteOn' && entry.beat <= this.standsUntil[entry.owner]) return;
    if (!this.entries.push(entry) && !(this.dropsVoidEnds() && this.entries.push(entry))) this.counters.onsetDroppedFull();
  }

  follow(timeline: Timeline): void {
    const now = this.clock.now();
    this.wire.follow(timeline);
    const position = this.positionAt(now);
    const by = this.time.follow(timeline, now);
    const jumps = Math.abs(by) > jump;
    if (jumps) this.time.forgetPast();
    this.overtake(position, now);
    this.moved ||= jumps;
    if (!jumps || by > 0) return;
    this.startBeat = -Infinity;
    this.forgetLeft();
    this.endNotes(now);
  }

  /** Takes up a transport change at its time. A change that comes to be before others makes those void. */
  change(change: TransportChange): void {
    while (this.changes.length > 0 && this.changes[this.changes.length - 1].micros > change.micros) this.changes.pop();
    if (this.changes.length === pendingChanges) this.apply(this.changes.shift() as PendingChange);
    this.changes.push({ ...change, toldMicros: this.clock.now() });
  }

  setOffset(offsetMicros: Micros): void {
    const now = this.clock.now();
    const position = this.positionAt(now);
    this.offset = offsetMicros;
    this.overtake(position, now);
    this.moved = true;
  }

  /** Drops the owner's queued onsets and marks at or after `fromBeat`. */
  flush(owner: number, fromBeat: Beats): void {
    this.entries.removeAhead(owner, fromBeat);
    if (this.leftUntil[owner] >= fromBeat) this.standsUntil[owner] = this.leftUntil[owner];
  }

  /** Ends the owner's notes and drops what it has queued. */
  silence(owner: number): void {
    const now = this.clock.now();
    const { sounding } = this.parts;
    for (let key = sounding.next(0, owner); key >= 0; key = sounding.next(key + 1, owner)) this.endNote(key, now);
    this.entries.removeOwner(owner);
    this.leftUntil[owner] = this.standsUntil[owner] = -Infinity;
    this.leave(owner);
  }

  /** The owner's limits are others: what is too much by now ends. */
  limit(owner: number): void {
    this.limiter.changed(owner, this.clock.now() + this.parts.leadMicros);
    this.wire.flush();
  }

  /** The owner does not reach this lane any more: pedals that it holds are lifted, and its notes ring to their ends. */
  leave(owner: number): void {
    this.pedals.release(owner, this.liftPedal);
    this.wire.flush();
  }

  /** Ends every note by name, then says so to every used channel in three more ways; the queue is empty after. */
  panic(): void {
    const now = this.clock.now();
    this.endNotes(now);
    const due = Math.max(now, this.wire.latestDue);
    for (let channel = 0; channel < channelCount; channel += 1) {
      if (!this.wire.hasUsed(channel)) continue;
      for (const controller of [allNotesOff, allSoundOff, sustainPedal]) {
        this.wire.mark('control', engineOwner, channel, controller, 0, this.beatHeard(due), due);
      }
    }
    this.entries.clear();
    this.pedals.clear();
    this.forgetLeft();
    this.wire.flush();
  }

  /** Sends everything due at `now`; false when there was nothing to send. */
  run(now: Micros): boolean {
    this.clockwork?.follow(this.positionAt(now), this.oldestAt(now), this.moved, this.changeDue() > now + announcedWithin);
    this.moved = false;
    for (;;) {
      const changeDue = this.changeDue();
      const clockDue = this.clockDue();
      const entryDue = this.entryDue();
      if (Math.min(changeDue, clockDue, entryDue) > now) break;
      if (changeDue <= clockDue && changeDue <= entryDue) this.apply(this.changes.shift() as PendingChange);
      else if (clockDue <= entryDue + sameMoment) this.clockwork?.tick();
      else this.release();
    }
    // Not of now alone: a lead that is taken off and put on again may round.
    if (this.limitDue() <= now) this.limiter.look(Math.max(now + this.parts.leadMicros, this.limiter.due));
    this.overtaken.from = Infinity;
    this.overtaken.until = -Infinity;
    return this.wire.flush();
  }

  /** The beat that is handed to the wire at `now`. */
  private positionAt(now: Micros): Beats {
    return this.time.beatAt(now + this.parts.leadMicros - this.offset);
  }

  /** The beat of the oldest onset that may still leave at `now`. */
  private oldestAt(now: Micros): Beats {
    return this.positionAt(now) - droppedAfter / this.time.beatMicros;
  }

  /** The beat that is heard at `due`. */
  private beatHeard(due: Micros): Beats {
    return this.time.beatAt(due - this.offset);
  }

  private dueOf(beat: Beats): Micros {
    return this.time.timeAt(beat) + this.offset;
  }

  private changeDue(): Micros {
    if (this.changes.length === 0) return Infinity;
    const { type, micros } = this.changes[0];
    const gap = type === 'start' || type === 'continue' ? startGap : 0;
    return micros + this.offset - this.parts.leadMicros - gap;
  }

  private clockDue(): Micros {
    return this.clockwork ? this.dueOf(this.clockwork.nextBeat) - this.parts.leadMicros : Infinity;
  }

  private entryDue(): Micros {
    if (!this.playing || this.entries.size === 0) return Infinity;
    return this.dueOf(Math.max(this.entries.firstBeat, this.startBeat)) - this.parts.leadMicros;
  }

  private limitDue(): Micros {
    return this.limiter.due - this.parts.leadMicros;
  }

  private apply({ type, beat, micros, toldMicros }: PendingChange): void {
    const now = this.clock.now();
    const position = this.positionAt(now);
    const oldest = this.oldestAt(now);
    this.endNotes(Math.max(now, micros + this.offset));
    if (type === 'stop') {
      this.playing = false;
      this.clockwork?.stop(beat);
      return;
    }
    this.startBeat = beat;
    // An output that plays later comes to it when the tempo may have changed again.
    this.time.forgetPast(toldMicros);
    this.forgetLeft();
    if (type === 'locate') {
      this.clockwork?.locate(beat, position, oldest);
      return;
    }
    this.playing = true;
    this.overtake(-Infinity, now);
    this.clockwork?.start(beat, position, oldest);
  }

  private release(): void {
    const { entry } = this;
    this.entries.pop(entry);
    const due = this.dueOf(Math.max(entry.beat, this.startBeat));
    const now = this.clock.now();
    const late = now - due;
    const verdict = judge(entry.kind, late);
    if (entry.kind === 'noteOff') this.releaseEnd(due);
    else if (!this.parts.isRouted(entry.owner)) return;
    else if (entry.kind !== 'noteOn') this.releaseMark(entry.kind, due);
    else if (entry.beat < this.startBeat - sameBeat) return;
    else {
      const cause = verdict === 'onTime' ? undefined : this.causeOfLateness(due - this.parts.leadMicros, now);
      if (cause !== undefined && verdict === 'dropped') this.counters.onsetDroppedLate(cause);
      else if (this.releaseOnset(due)) this.counters.onset(late + this.parts.leadMicros, cause);
    }
  }

  private causeOfLateness(due: Micros, now: Micros): LateCause {
    const { beat, queuedMicros } = this.entry;
    const { from, until, micros } = this.overtaken;
    return causeOf({ due, queued: queuedMicros, moved: beat > from && beat <= until ? micros : -Infinity, left: now });
  }

  /** The music was at `position` and is elsewhere now, or plays. */
  private overtake(position: Beats, now: Micros): void {
    const { overtaken } = this;
    overtaken.from = Math.min(overtaken.from, position);
    overtaken.until = Math.max(overtaken.until, this.positionAt(now));
    overtaken.micros = now;
  }

  private releaseMark(kind: 'program' | 'control', due: Micros): void {
    const { owner, channel, data1, data2, beat } = this.entry;
    this.wire.mark(kind, owner, channel, data1, data2, beat, due);
    if (kind === 'control') this.pedals.moved(owner, channel, data1, data2);
  }

  private readonly liftPedal = (owner: number, channel: number, controller: number): void => {
    const due = Math.max(this.clock.now(), this.wire.latestDue);
    this.wire.mark('control', owner, channel, controller, 0, this.beatHeard(due), due);
  };

  /** The end of a note that was ended before holds its place until it is due, or wanted. */
  private dropsVoidEnds(): boolean {
    const { sounding } = this.parts;
    if (this.entries.ends === sounding.count) return false;
    this.entries.removeEnds((channel, pitch, noteId) => sounding.noteOn(keyOf(channel, pitch)) !== noteId);
    return true;
  }

  private releaseEnd(due: Micros): void {
    const key = keyOf(this.entry.channel, this.entry.data1);
    if (this.parts.sounding.noteOn(key) === this.entry.noteId) this.endNote(key, due, this.entry.beat);
  }

  private releaseOnset(due: Micros): boolean {
    const { entry, wire, limiter } = this;
    const { sounding } = this.parts;
    const key = keyOf(entry.channel, entry.data1);
    let heard = due;
    if (sounding.noteOn(key) !== 0) {
      // Tempo may have moved the old note, on a wire that is told early, past the new one.
      heard = Math.max(due, sounding.heardFrom(key));
      this.endNote(key, heard, entry.beat);
    }
    limiter.makeRoom(entry.owner, heard);
    const longest = limiter.longestBeats(entry.owner, this.time.beatMicros);
    const isShortened = entry.durationBeats > longest;
    if (isShortened) entry.durationBeats = longest;
    if (!wire.noteOn(entry.owner, entry.channel, entry.data1, entry.data2, entry.beat, entry.durationBeats, entry.noteId, heard)) return false;
    sounding.begin(key, entry.owner, entry.noteId, heard);
    limiter.began(key, isShortened);
    if (entry.beat > this.leftUntil[entry.owner]) this.leftUntil[entry.owner] = entry.beat;
    entry.kind = 'noteOff';
    entry.beat += entry.durationBeats;
    // There is room: the onset has just left.
    this.entries.push(entry);
    return true;
  }

  /** The music was moved: what has left is of another place. */
  private forgetLeft(): void {
    this.leftUntil.fill(-Infinity);
    this.standsUntil.fill(-Infinity);
  }

  /** Ends all notes, heard at `due` or when they begin to be heard. */
  private endNotes(due: Micros): void {
    const { sounding } = this.parts;
    if (sounding.count === 0) return;
    for (let key = sounding.next(0); key >= 0; key = sounding.next(key + 1)) this.endNote(key, due);
    this.entries.removeEnds();
  }

  private endNote(key: Key, due: Micros, beat: Beats = this.beatHeard(due)): void {
    const { sounding } = this.parts;
    const heard = Math.max(due, sounding.heardFrom(key));
    this.wire.noteOff(sounding.ownerOf(key), channelOf(key), pitchOf(key), beat, sounding.noteOn(key), heard);
    sounding.end(key);
  }

  private sendClock(kind: WireEventKind, beat: Beats, data1: number): void {
    const due = kind === 'clock' ? this.dueOf(beat) : Math.max(this.clock.now(), this.wire.latestDue);
    this.wire.clockwork(kind, data1, beat, due);
  }
}
