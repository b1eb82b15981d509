import type { Micros } from '../music/units.js';
import { maximumOwner } from './command.js';
import { KeyOrder } from './key-order.js';

const pitches = 128;
const channels = 16;
const keys = channels * pitches;
/** Per key: a double for when it is heard, then two words for who holds it. */
const keyBytes = Float64Array.BYTES_PER_ELEMENT + 2 * Uint32Array.BYTES_PER_ELEMENT;

/** A key of an instrument: channel and pitch in one number. */
export type Key = number;

export function keyOf(channel: number, pitch: number): Key {
  return channel * pitches + pitch;
}

export function channelOf(key: Key): number {
  return key >> 7;
}

export function pitchOf(key: Key): number {
  return key & 127;
}

/**
 * Who sounds on which key of one output, so that every note can be ended by name. A key holds one note. The memory is
 * shared: the notes of a thread that crashed are found, and ended, by the thread that takes its place.
 * Thread: one at a time. Blocks: no. Allocates: no.
 */
export class SoundingNotes {
  static readonly byteLength = keys * keyBytes;

  private readonly heardAt: Float64Array;
  /** 0 is nobody. */
  private readonly noteIds: Uint32Array;
  private readonly owners: Uint32Array;
  private total = 0;
  private readonly order = new KeyOrder(keys);
  private readonly counts = new Uint16Array(maximumOwner + 1);
  private readonly shortened = new Uint8Array(keys);

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(SoundingNotes.byteLength)) {
    this.heardAt = new Float64Array(buffer, 0, keys);
    this.noteIds = new Uint32Array(buffer, this.heardAt.byteLength, keys);
    this.owners = new Uint32Array(buffer, this.heardAt.byteLength + this.noteIds.byteLength, keys);
    for (let key = 0; key < keys; key += 1) if (this.noteIds[key] !== 0) this.enter(key);
  }

  get count(): number {
    return this.total;
  }

  /** The note on this key; 0 when it is silent. */
  noteOn(key: Key): number {
    return this.noteIds[key];
  }

  ownerOf(key: Key): number {
    return this.owners[key];
  }

  /** When the note on this key is heard: may be ahead of now, on a wire that is told early. */
  heardFrom(key: Key): Micros {
    return this.heardAt[key];
  }

  /** How many notes of an owner sound. */
  countOf(owner: number): number {
    return this.counts[owner];
  }

  /** The key whose note began first, of `owner` if one is named; -1 when there is none. */
  oldest(owner?: number): Key {
    let key = this.order.first;
    while (owner !== undefined && key >= 0 && this.owners[key] !== owner) key = this.order.after(key);
    return key;
  }

  /** The key whose note began next after the one on a key that sounds; -1 when there is none. */
  nextOldest(key: Key): Key {
    return this.order.after(key);
  }

  /** Whether the note on this key is ended before its time. */
  isShortened(key: Key): boolean {
    return this.shortened[key] === 1;
  }

  markShortened(key: Key): void {
    this.shortened[key] = 1;
  }

  begin(key: Key, owner: number, noteId: number, dueMicros: Micros): void {
    this.end(key);
    this.owners[key] = owner;
    this.heardAt[key] = dueMicros;
    this.noteIds[key] = noteId;
    this.shortened[key] = 0;
    this.enter(key);
  }

  end(key: Key): void {
    if (this.noteIds[key] === 0) return;
    this.noteIds[key] = 0;
    this.total -= 1;
    this.counts[this.owners[key]] -= 1;
    this.order.remove(key);
  }

  private enter(key: Key): void {
    this.total += 1;
    this.counts[this.owners[key]] += 1;
    this.order.add(key);
  }

  /** The first key at or after `from` that sounds, for `owner` if one is named; -1 when there is none. */
  next(from: Key, owner?: number): Key {
    if (this.total === 0) return -1;
    for (let key = from; key < keys; key += 1) {
      if (this.noteIds[key] !== 0 && (owner === undefined || this.owners[key] === owner)) return key;
    }
    return -1;
  }
}
