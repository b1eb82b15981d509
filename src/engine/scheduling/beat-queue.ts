import type { Beats, Micros } from '../music/units.js';

export type EntryKind = 'noteOff' | 'program' | 'control' | 'noteOn';

const kinds: readonly EntryKind[] = ['noteOff', 'program', 'control', 'noteOn'];
const noteOff = kinds.indexOf('noteOff');
/** At the same beat ends make room, marks prepare the sound, onsets use it; marks keep the order they came in. */
const ranks = Uint8Array.of(0, 1, 1, 2);

/** One event. The caller's object is filled and may be reused. */
export interface QueueEntry {
  kind: EntryKind;
  /** 0..255 */
  owner: number;
  channel: number;
  data1: number;
  data2: number;
  beat: Beats;
  durationBeats: Beats;
  noteId: number;
  /** When it was queued. */
  queuedMicros: Micros;
}

export function emptyEntry(): QueueEntry {
  return { kind: 'noteOff', owner: 0, channel: 0, data1: 0, data2: 0, beat: 0, durationBeats: 0, noteId: 0, queuedMicros: 0 };
}

/**
 * Events in beats, the earliest first; at the same beat ends before marks before onsets, else as they were queued.
 * A binary heap of slots over arrays made once. Bound: `capacity`; what does not fit is refused, the caller counts.
 * Thread: one. Blocks: no. Allocates: no.
 */
export class BeatQueue {
  private readonly heap: Int32Array;
  private readonly unused: Int32Array;
  private readonly kinds: Uint8Array;
  private readonly owners: Uint8Array;
  private readonly channels: Uint8Array;
  private readonly data1: Uint8Array;
  private readonly data2: Uint8Array;
  private readonly beats: Float64Array;
  private readonly durations: Float64Array;
  private readonly noteIds: Uint32Array;
  private readonly queuedMicros: Float64Array;
  private readonly sequences: Float64Array;
  private count = 0;
  private endCount = 0;
  private sequence = 0;

  constructor(readonly capacity: number) {
    this.heap = new Int32Array(capacity);
    this.unused = Int32Array.from({ length: capacity }, (_, slot) => slot);
    this.kinds = new Uint8Array(capacity);
    this.owners = new Uint8Array(capacity);
    this.channels = new Uint8Array(capacity);
    this.data1 = new Uint8Array(capacity);
    this.data2 = new Uint8Array(capacity);
    this.beats = new Float64Array(capacity);
    this.durations = new Float64Array(capacity);
    this.noteIds = new Uint32Array(capacity);
    this.queuedMicros = new Float64Array(capacity);
    this.sequences = new Float64Array(capacity);
  }

  get size(): number {
    return this.count;
  }

  /** Ends among the events. */
  get ends(): number {
    return this.endCount;
  }

  /** Beat of the first event; Infinity when there is none. */
  get firstBeat(): Beats {
    return this.count === 0 ? Infinity : this.beats[this.heap[0]];
  }

  /** Copies the event in; false when the queue is full. */
  push(entry: QueueEntry): boolean {
    if (this.count === this.capacity) return false;
    const slot = this.unused[this.capacity - 1 - this.count];
    this.kinds[slot] = kinds.indexOf(entry.kind);
    if (this.kinds[slot] === noteOff) this.endCount += 1;
    this.owners[slot] = entry.owner;
    this.channels[slot] = entry.channel;
    this.data1[slot] = entry.data1;
    this.data2[slot] = entry.data2;
    this.beats[slot] = entry.beat;
    this.durations[slot] = entry.durationBeats;
    this.noteIds[slot] = entry.noteId;
    this.queuedMicros[slot] = entry.queuedMicros;
    this.sequences[slot] = this.sequence;
    this.sequence += 1;
    this.heap[this.count] = slot;
    this.count += 1;
    this.rise(this.count - 1);
    return true;
  }

  /** Moves the first event into `entry`; false when there is none. */
  pop(entry: QueueEntry): boolean {
    if (this.count === 0) return false;
    const slot = this.heap[0];
    entry.kind = kinds[this.kinds[slot]];
    if (this.kinds[slot] === noteOff) this.endCount -= 1;
    entry.owner = this.owners[slot];
    entry.channel = this.channels[slot];
    entry.data1 = this.data1[slot];
    entry.data2 = this.data2[slot];
    entry.beat = this.beats[slot];
    entry.durationBeats = this.durations[slot];
    entry.noteId = this.noteIds[slot];
    entry.queuedMicros = this.queuedMicros[slot];
    this.count -= 1;
    this.heap[0] = this.heap[this.count];
    this.unused[this.capacity - 1 - this.count] = slot;
    this.sink(0);
    return true;
  }

  /** Drops the owner's onsets and marks at or after `fromBeat`. Ends stay: the notes they end sound. */
  removeAhead(owner: number, fromBeat: Beats): void {
    this.keepOnly((slot) => this.owners[slot] !== owner || this.kinds[slot] === noteOff || this.beats[slot] < fromBeat);
  }

  /** Drops all of the owner's events, ends too: its notes have been ended. */
  removeOwner(owner: number): void {
    this.keepOnly((slot) => this.owners[slot] !== owner);
  }

  /** Drops ends, by default all: their notes have been ended. */
  removeEnds(isVoid: (channel: number, pitch: number, noteId: number) => boolean = () => true): void {
    this.keepOnly((slot) => this.kinds[slot] !== noteOff || !isVoid(this.channels[slot], this.data1[slot], this.noteIds[slot]));
  }

  clear(): void {
    this.keepOnly(() => false);
  }

  private keepOnly(stays: (slot: number) => boolean): void {
    let kept = 0;
    this.endCount = 0;
    for (let place = 0; place < this.count; place += 1) {
      const slot = this.heap[place];
      if (!stays(slot)) continue;
      this.heap[place] = this.heap[kept];
      this.heap[kept] = slot;
      kept += 1;
      if (this.kinds[slot] === noteOff) this.endCount += 1;
    }
    for (let place = kept; place < this.count; place += 1) this.unused[this.capacity - 1 - place] = this.heap[place];
    this.count = kept;
    for (let place = (kept >> 1) - 1; place >= 0; place -= 1) this.sink(place);
  }

  private before(slot: number, other: number): boolean {
    if (this.beats[slot] !== this.beats[other]) return this.beats[slot] < this.beats[other];
    const rank = ranks[this.kinds[slot]];
    const otherRank = ranks[this.kinds[other]];
    return rank !== otherRank ? rank < otherRank : this.sequences[slot] < this.sequences[other];
  }

  private rise(from: number): void {
    const slot = this.heap[from];
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.before(slot, this.heap[parent])) break;
      this.heap[place] = this.heap[parent];
      place = parent;
    }
    this.heap[place] = slot;
  }

  private sink(from: number): void {
    if (from >= this.count) return;
    const slot = this.heap[from];
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.count) break;
      if (child + 1 < this.count && this.before(this.heap[child + 1], this.heap[child])) child += 1;
      if (!this.before(this.heap[child], slot)) break;
      this.heap[place] = this.heap[child];
      place = child;
    }
    this.heap[place] = slot;
  }
}
