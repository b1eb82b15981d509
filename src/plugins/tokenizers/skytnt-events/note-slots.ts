import type { NoteColumns } from './note-columns.js';

const free = 0;
const removed = -1;

/** Finds the note of a track that stands at an onset, channel and pitch: a hash table of small numbers, used again and again. */
export class NoteSlots {
  /** Index of a note and 1, {@link free} or {@link removed}; a power of two of them, half at least never used. */
  private readonly table: Int32Array;

  /** @param capacity notes of one track at most. */
  constructor(
    private readonly notes: NoteColumns,
    capacity: number,
  ) {
    this.table = new Int32Array(2 ** Math.ceil(Math.log2(2 * capacity + 2)));
  }

  clear(): void {
    this.table.fill(free);
  }

  /** Index of the note, -1 for none. */
  find(steps: number, channel: number, pitch: number): number {
    const { table, notes } = this;
    for (let at = this.firstPlace(steps, channel, pitch); table[at] !== free; at = this.nextPlace(at)) {
      if (table[at] !== removed && notes.isAt(table[at] - 1, steps, channel, pitch)) return table[at] - 1;
    }
    return -1;
  }

  /** A note that {@link find} does not find. */
  add(index: number, steps: number, channel: number, pitch: number): void {
    let at = this.firstPlace(steps, channel, pitch);
    while (this.table[at] !== free) at = this.nextPlace(at);
    this.table[at] = index + 1;
  }

  delete(index: number, channel: number, pitch: number): void {
    let at = this.firstPlace(this.notes.stepsOf(index), channel, pitch);
    while (this.table[at] !== index + 1) at = this.nextPlace(at);
    this.table[at] = removed;
  }

  private firstPlace(steps: number, channel: number, pitch: number): number {
    const mixed = Math.imul(steps | 0, 0x9e3779b1) ^ Math.imul(channel * 128 + pitch, 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & (this.table.length - 1);
  }

  private nextPlace(at: number): number {
    return (at + 1) & (this.table.length - 1);
  }
}
