import { pieceKinds, type SentencePieceModel } from './model-file.js';
import { PieceTrie } from './piece-trie.js';

/**
 * Cuts a text by merging neighbours: of all pairs that make a piece, the one of the highest score first, of equals the
 * leftmost. A merge into a piece that is unused is undone at the end.
 */
export class BpeCutter {
  constructor(
    private readonly model: SentencePieceModel,
    private readonly trie: PieceTrie,
    /** User-defined pieces: they are never merged. */
    private readonly frozen: PieceTrie | undefined,
  ) {}

  /** Ids in order; each unknown character is the unknown id. */
  cut(text: Int32Array): Int32Array {
    const run = new Merging(text, this.trie, this.model, this.frozen);
    run.mergeAll();
    return run.result();
  }
}

class Merging {
  /** By the place a symbol starts at: where it ends, and 0 once it is merged into another. */
  private readonly ends: Int32Array;
  /** By the place a symbol starts at: where the one before it starts; -1 at the front. */
  private readonly before: Int32Array;
  /** The node of the trie for the symbol's text; -1 where no piece begins so. */
  private readonly nodes: Int32Array;
  private readonly isFrozen: Uint8Array;
  /** Where an unused piece was put together, by its start and end. */
  private readonly seams = new Map<string, number>();
  private readonly queue: PairQueue;

  constructor(
    private readonly text: Int32Array,
    private readonly trie: PieceTrie,
    private readonly model: SentencePieceModel,
    frozen: PieceTrie | undefined,
  ) {
    const { length } = text;
    this.ends = new Int32Array(length);
    this.before = new Int32Array(length + 1);
    this.nodes = new Int32Array(length);
    this.isFrozen = new Uint8Array(length);
    this.queue = new PairQueue(length);
    let last = -1;
    for (let start = 0; start < length; ) {
      const frozenLength = frozen?.longest(text, start) ?? 0;
      const end = start + Math.max(1, frozenLength);
      this.ends[start] = end;
      this.before[start] = last;
      this.isFrozen[start] = frozenLength > 0 ? 1 : 0;
      this.nodes[start] = this.walk(PieceTrie.root, start, end);
      last = start;
      start = end;
    }
    this.before[length] = last;
  }

  mergeAll(): void {
    const { ends, before, queue, text } = this;
    for (let right = text.length > 0 ? ends[0] : 0; right < text.length; right = ends[right]) this.consider(before[right], right);
    while (queue.pop()) {
      const { left, right, end } = queue;
      if (ends[left] !== right || ends[right] !== end) continue;
      ends[left] = end;
      ends[right] = 0;
      this.nodes[left] = this.walk(this.nodes[left], right, end);
      before[end] = left;
      if (this.model.pieces[this.trie.pieceAt(this.nodes[left])].kind === pieceKinds.unused) this.seams.set(`${left} ${end}`, right);
      if (before[left] >= 0) this.consider(before[left], left);
      if (end < text.length) this.consider(left, end);
    }
  }

  result(): Int32Array {
    const ids: number[] = [];
    const write = (start: number, end: number): void => {
      const node = this.walk(PieceTrie.root, start, end);
      const id = node < 0 ? -1 : this.trie.pieceAt(node);
      const seam = id >= 0 && this.model.pieces[id].kind === pieceKinds.unused ? this.seams.get(`${start} ${end}`) : undefined;
      if (seam !== undefined) {
        write(start, seam);
        write(seam, end);
        return;
      }
      ids.push(id < 0 ? this.model.unknown : id);
    };
    for (let start = 0; start < this.text.length; start = this.ends[start]) write(start, this.ends[start]);
    return Int32Array.from(ids);
  }

  /** Queues the pair of two neighbours when it makes a piece. */
  private consider(left: number, right: number): void {
    if (this.isFrozen[left] === 1 || this.isFrozen[right] === 1 || this.nodes[left] < 0) return;
    const end = this.ends[right];
    const node = this.walk(this.nodes[left], right, end);
    const id = node < 0 ? -1 : this.trie.pieceAt(node);
    if (id >= 0) this.queue.push(this.model.pieces[id].score, left, right, end);
  }

  private walk(from: number, start: number, end: number): number {
    let node = from;
    for (let at = start; at < end && node >= 0; at += 1) node = this.trie.step(node, this.text[at]);
    return node;
  }
}

/** A heap of pairs; the one popped last is in `left`, `right`, `end`. */
class PairQueue {
  left = 0;
  right = 0;
  end = 0;
  private size = 0;
  private scores: Float64Array;
  private pairs: Int32Array;

  constructor(expected: number) {
    this.scores = new Float64Array(expected + 16);
    this.pairs = new Int32Array(3 * (expected + 16));
  }

  push(score: number, left: number, right: number, end: number): void {
    if (this.size === this.scores.length) this.enlarge();
    let slot = this.size;
    this.size += 1;
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      if (!this.isBefore(score, left, parent)) break;
      this.move(parent, slot);
      slot = parent;
    }
    this.put(slot, score, left, right, end);
  }

  pop(): boolean {
    if (this.size === 0) return false;
    [this.left, this.right, this.end] = this.pairs.subarray(0, 3);
    this.size -= 1;
    const score = this.scores[this.size];
    const [left, right, end] = this.pairs.subarray(3 * this.size, 3 * this.size + 3);
    let slot = 0;
    for (;;) {
      let child = 2 * slot + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.isBefore(this.scores[child + 1], this.pairs[3 * child + 3], child)) child += 1;
      if (this.isBefore(score, left, child)) break;
      this.move(child, slot);
      slot = child;
    }
    this.put(slot, score, left, right, end);
    return true;
  }

  private isBefore(score: number, left: number, slot: number): boolean {
    return score > this.scores[slot] || (score === this.scores[slot] && left < this.pairs[3 * slot]);
  }

  private move(from: number, to: number): void {
    this.scores[to] = this.scores[from];
    this.pairs.copyWithin(3 * to, 3 * from, 3 * from + 3);
  }

  private put(slot: number, score: number, left: number, right: number, end: number): void {
    this.scores[slot] = score;
    this.pairs[3 * slot] = left;
    this.pairs[3 * slot + 1] = right;
    this.pairs[3 * slot + 2] = end;
  }

  private enlarge(): void {
    const scores = new Float64Array(this.size * 2);
    const pairs = new Int32Array(this.size * 6);
    scores.set(this.scores);
    pairs.set(this.pairs);
    this.scores = scores;
    this.pairs = pairs;
  }
}
