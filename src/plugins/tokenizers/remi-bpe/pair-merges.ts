import type { IdList } from './id-list.js';

/** One learned merge: `left` and `right` next to each other become `merged`. Lower ranks are merged first. */
export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly merged: number;
}

/** Room for a position beside a rank in one exact number. */
const positionRoom = 2 ** 26;

/**
 * Byte pair encoding over ids: within a word the adjacent pair of lowest rank is merged, the leftmost first, until no
 * pair has a merge. O(n log n) in the length of the word.
 */
export class PairMerges {
  private readonly keys: Float64Array;
  private readonly ranks: Int32Array;
  private readonly mask: number;
  private readonly merged: Int32Array;
  private ids = new Int32Array(64);
  private next = new Int32Array(64);
  private previous = new Int32Array(64);
  private readonly queue = new RankQueue();

  constructor(merges: readonly Merge[]) {
    let capacity = 16;
    while (capacity < merges.length * 3) capacity *= 2;
    this.keys = new Float64Array(capacity).fill(-1);
    this.ranks = new Int32Array(capacity);
    this.mask = capacity - 1;
    this.merged = Int32Array.from(merges, ({ merged }) => merged);
    merges.forEach(({ left, right }, rank) => this.insert(left, right, rank));
  }

  /** Merges `source[from .. to)` and appends what is left to `output`. */
  encodeWord(source: ArrayLike<number>, from: number, to: number, output: IdList): void {
    const length = to - from;
    if (length > this.ids.length) this.grow(length);
    const { ids, next, previous, queue } = this;
    for (let at = 0; at < length; at += 1) {
      ids[at] = source[from + at];
      previous[at] = at - 1;
      next[at] = at + 1 < length ? at + 1 : -1;
      if (at > 0) this.enqueue(at - 1, ids[at - 1], ids[at]);
    }
    for (let entry = queue.pop(); entry >= 0; entry = queue.pop()) {
      const at = entry % positionRoom;
      const rank = (entry - at) / positionRoom;
      const right = next[at];
      // The pair may have changed since it was queued.
      if (ids[at] < 0 || right < 0 || this.rankOf(ids[at], ids[right]) !== rank) continue;
      ids[at] = this.merged[rank];
      ids[right] = -1;
      next[at] = next[right];
      if (next[at] >= 0) {
        previous[next[at]] = at;
        this.enqueue(at, ids[at], ids[next[at]]);
      }
      if (previous[at] >= 0) this.enqueue(previous[at], ids[previous[at]], ids[at]);
    }
    for (let at = length > 0 ? 0 : -1; at >= 0; at = next[at]) output.push(ids[at]);
  }

  private enqueue(position: number, left: number, right: number): void {
    const rank = this.rankOf(left, right);
    if (rank >= 0) this.queue.push(rank * positionRoom + position);
  }

  private rankOf(left: number, right: number): number {
    const key = left * 65536 + right;
    for (let slot = this.slotOf(left, right); ; slot = (slot + 1) & this.mask) {
      if (this.keys[slot] === key) return this.ranks[slot];
      if (this.keys[slot] < 0) return -1;
    }
  }

  private insert(left: number, right: number, rank: number): void {
    const key = left * 65536 + right;
    let slot = this.slotOf(left, right);
    while (this.keys[slot] >= 0) {
      if (this.keys[slot] === key) return;
      slot = (slot + 1) & this.mask;
    }
    this.keys[slot] = key;
    this.ranks[slot] = rank;
  }

  private slotOf(left: number, right: number): number {
    const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & this.mask;
  }

  private grow(length: number): void {
    this.ids = new Int32Array(length * 2);
    this.next = new Int32Array(length * 2);
    this.previous = new Int32Array(length * 2);
  }
}

/** Smallest number first. */
class RankQueue {
  private entries = new Float64Array(256);
  private count = 0;

  push(entry: number): void {
    if (this.count === this.entries.length) {
      const grown = new Float64Array(this.count * 2);
      grown.set(this.entries);
      this.entries = grown;
    }
    const { entries } = this;
    let at = this.count;
    this.count += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (entries[parent] <= entry) break;
      entries[at] = entries[parent];
      at = parent;
    }
    entries[at] = entry;
  }

  /** -1 when nothing is left. */
  pop(): number {
    if (this.count === 0) return -1;
    const { entries } = this;
    const first = entries[0];
    this.count -= 1;
    const last = entries[this.count];
    let at = 0;
    for (let child = 1; child < this.count; child = 2 * at + 1) {
      if (child + 1 < this.count && entries[child + 1] < entries[child]) child += 1;
      if (entries[child] >= last) break;
      entries[at] = entries[child];
      at = child;
    }
    entries[at] = last;
    return first;
  }
}
