import type { Micros } from '../music/units.js';
import { maximumOwner } from './command.js';
import { lateCauses, type LateCause } from './late-cause.js';
import type { EndedNotes } from './note-limits.js';
import type { SenderCounters } from './sender.js';

/** Buckets of the histogram: exact to 64 µs, then 32 to every doubling (3 %), up to 2^31 µs. */
const exactMicros = 64;
const exactBits = 6;
const bucketsPerDoubling = 32;
const bucketCount = exactMicros + (31 - exactBits) * bucketsPerDoubling;

const words = { sent: 0, late: 1, droppedLate: 2, droppedFull: 3, sounding: 4, queued: 5, causes: 6, dropCauses: 9, longest: 12, histogram: 13 } as const;

/** Behind the histogram: notes ended before their time, owner by owner. */
const ownerCount = maximumOwner + 1;
const stolenNotes = words.histogram + bucketCount;
const cutNotes = stolenNotes + ownerCount;

/**
 * What the send thread counts, in shared memory: it writes, anybody reads.
 * Thread: writes from one (the histogram is emptied by whoever resets it), reads from any. Blocks: no. Allocates: no.
 */
export class SendCounters {
  static readonly byteLength = (words.histogram + bucketCount + 2 * ownerCount) * Uint32Array.BYTES_PER_ELEMENT;

  private readonly words: Uint32Array;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(SendCounters.byteLength)) {
    this.words = new Uint32Array(buffer);
  }

  /** An onset was handed to the wire `latenessMicros` after its time (early counts as on time). `cause`: it is late. */
  onset(latenessMicros: Micros, cause?: LateCause): void {
    const micros = Math.min(2 ** 31 - 1, Math.max(0, Math.round(latenessMicros)));
    this.words[words.sent] += 1;
    if (cause !== undefined) {
      this.words[words.late] += 1;
      this.words[words.causes + lateCauses.indexOf(cause)] += 1;
    }
    if (micros > this.words[words.longest]) this.words[words.longest] = micros;
    this.words[words.histogram + bucketOf(micros)] += 1;
  }

  onsetDroppedLate(cause: LateCause): void {
    this.words[words.droppedLate] += 1;
    this.words[words.dropCauses + lateCauses.indexOf(cause)] += 1;
    this.words[words.causes + lateCauses.indexOf(cause)] += 1;
  }

  onsetDroppedFull(): void {
    this.words[words.droppedFull] += 1;
  }

  /** An owner's oldest note was ended, because there were too many. */
  noteStolen(owner: number): void {
    this.words[stolenNotes + owner] += 1;
  }

  /** A note of an owner is ended, because it has sounded for too long. */
  noteCut(owner: number): void {
    this.words[cutNotes + owner] += 1;
  }

  /** What was ended of an owner's before its time. */
  endedEarly(owner: number): EndedNotes {
    return { stolen: this.words[stolenNotes + owner], cut: this.words[cutNotes + owner] };
  }

  /** Notes that sound and events that wait, over all outputs. */
  gauge(sounding: number, queued: number): void {
    this.words[words.sounding] = sounding;
    this.words[words.queued] = queued;
  }

  /** Forgets the lateness measured so far; the counts stay. */
  resetLateness(): void {
    this.words.fill(0, words.longest, words.histogram + bucketCount);
  }

  read(): SenderCounters {
    const { words: from } = this;
    return {
      sent: from[words.sent],
      droppedLate: from[words.droppedLate],
      late: from[words.late],
      droppedFull: from[words.droppedFull],
      lateBecause: this.byCause(words.causes),
      droppedBecause: this.byCause(words.dropCauses),
      sounding: from[words.sounding],
      queued: from[words.queued],
      latenessMicros: { p50: this.percentile(0.5), p99: this.percentile(0.99), p999: this.percentile(0.999), max: from[words.longest] },
    };
  }

  private byCause(from: number): SenderCounters['lateBecause'] {
    return { queued: this.words[from], moved: this.words[from + 1], held: this.words[from + 2] };
  }

  /** Upper edge of the bucket that holds this share of the onsets, never above the longest measured. */
  private percentile(share: number): Micros {
    let total = 0;
    for (let bucket = 0; bucket < bucketCount; bucket += 1) total += this.words[words.histogram + bucket];
    let rest = total * share;
    for (let bucket = 0; bucket < bucketCount; bucket += 1) {
      rest -= this.words[words.histogram + bucket];
      if (rest <= 0 && total > 0) return Math.min(upperEdge(bucket), this.words[words.longest]);
    }
    return 0;
  }
}

function bucketOf(micros: number): number {
  if (micros < exactMicros) return micros;
  const doublings = 31 - Math.clz32(micros) - exactBits;
  const within = (micros >>> (doublings + 1)) - bucketsPerDoubling;
  return exactMicros + doublings * bucketsPerDoubling + within;
}

function upperEdge(bucket: number): Micros {
  if (bucket < exactMicros) return bucket;
  const doublings = Math.floor((bucket - exactMicros) / bucketsPerDoubling);
  const within = (bucket - exactMicros) % bucketsPerDoubling;
  return (bucketsPerDoubling + within + 1) * 2 ** (doublings + 1) - 1;
}
