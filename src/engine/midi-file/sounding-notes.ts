const keysOfChannel = 128;
const keys = 16 * keysOfChannel;
const none = -1;
const firstCapacity = 64;

/** A note that has ended. */
export interface EndedNote {
  readonly tick: number;
  readonly duration: number;
  readonly channel: number;
  readonly pitch: number;
  readonly velocity: number;
  /** Place of its beginning among the notes of the track. */
  readonly order: number;
}

/** The notes of one track that have begun and not ended: first in, first out, by channel and pitch. Room grows with how many sound. */
export class SoundingNotes {
  /** False once a note has ended before one that began together with it and stands before it. */
  isInOrder = true;
  private readonly oldest = new Int32Array(keys).fill(none);
  private readonly newest = new Int32Array(keys).fill(none);
  private readonly isKnown = new Uint8Array(keys);
  /** Keys in order of their first note. */
  private readonly known: number[] = [];
  private begun = 0;
  private lastSlot = none;
  /** Slots of notes: those that are free follow each other from here, by `next`. */
  private free = none;
  private used = 0;
  private ticks = new Float64Array(firstCapacity);
  private velocities = new Uint8Array(firstCapacity);
  private orders = new Int32Array(firstCapacity);
  /** Slot of the note that began just before at the same tick. */
  private companions = new Int32Array(firstCapacity);
  private next = new Int32Array(firstCapacity);

  start(channel: number, pitch: number, velocity: number, tick: number): void {
    const key = channel * keysOfChannel + pitch;
    const slot = this.takeSlot();
    const { lastSlot } = this;
    const isTogether = lastSlot !== none && this.orders[lastSlot] === this.begun - 1 && this.ticks[lastSlot] === tick;
    this.ticks[slot] = tick;
    this.velocities[slot] = velocity;
    this.orders[slot] = this.begun;
    this.companions[slot] = isTogether ? lastSlot : none;
    this.next[slot] = none;
    if (this.newest[key] === none) this.oldest[key] = slot;
    else this.next[this.newest[key]] = slot;
    this.newest[key] = slot;
    if (this.isKnown[key] === 0) {
      this.isKnown[key] = 1;
      this.known.push(key);
    }
    this.lastSlot = slot;
    this.begun += 1;
  }

  /** The oldest such note, ended at `tick`. */
  end(channel: number, pitch: number, tick: number): EndedNote | undefined {
    const key = channel * keysOfChannel + pitch;
    const slot = this.oldest[key];
    if (slot === none) return undefined;
    this.oldest[key] = this.next[slot];
    if (this.oldest[key] === none) this.newest[key] = none;
    const order = this.orders[slot];
    const companion = this.companions[slot];
    if (companion !== none && this.orders[companion] === order - 1) this.isInOrder = false;
    const begin = this.ticks[slot];
    this.orders[slot] = none;
    this.next[slot] = this.free;
    this.free = slot;
    return { tick: begin, duration: tick - begin, channel, pitch, velocity: this.velocities[slot], order };
  }

  /** Ends all notes, those of the key that was struck first coming first. Then it is as if new. */
  *endAll(tick: number): Generator<EndedNote> {
    for (const key of this.known) {
      const channel = Math.floor(key / keysOfChannel);
      for (let note = this.end(channel, key % keysOfChannel, tick); note !== undefined; ) {
        yield note;
        note = this.end(channel, key % keysOfChannel, tick);
      }
      this.isKnown[key] = 0;
    }
    this.known.length = 0;
  }

  /** For the next track. */
  clear(): void {
    this.isInOrder = true;
    this.begun = 0;
    this.lastSlot = none;
  }

  private takeSlot(): number {
    if (this.free !== none) {
      const slot = this.free;
      this.free = this.next[slot];
      return slot;
    }
    if (this.used === this.ticks.length) this.grow();
    this.used += 1;
    return this.used - 1;
  }

  private grow(): void {
    const capacity = this.used * 2;
    const grown = <Column extends Float64Array | Int32Array | Uint8Array>(from: Column, to: Column): Column => {
      to.set(from);
      return to;
    };
    this.ticks = grown(this.ticks, new Float64Array(capacity));
    this.velocities = grown(this.velocities, new Uint8Array(capacity));
    this.orders = grown(this.orders, new Int32Array(capacity));
    this.companions = grown(this.companions, new Int32Array(capacity));
    this.next = grown(this.next, new Int32Array(capacity));
  }
}
