/** Rows of the smallest buffers. */
const smallest = 256;

/**
 * Keys and values of every layer, [heads, capacity, dimension] each, of which the first `rows` rows count. The buffers
 * are handed to the graph as they are; when they are full they become twice as large.
 */
export class KeyValueCache {
  /** In the order of the graph's delta: keys and values of layer 0, of layer 1 … */
  buffers: readonly Float32Array[];
  capacity: number;
  private rowCount = 0;

  constructor(
    layers: number,
    private readonly heads: number,
    private readonly dimension: number,
    private readonly largest: number,
  ) {
    this.capacity = Math.min(smallest, largest);
    this.buffers = Array.from({ length: 2 * layers }, () => this.buffer());
  }

  /** Rows that count, <= largest. */
  get rows(): number {
    return this.rowCount;
  }

  /** Forgets the rows from `rows` on. */
  truncate(rows: number): void {
    this.rowCount = Math.min(this.rowCount, rows);
  }

  /** Makes room for `count` more rows; returns whether the buffers are new ones. */
  reserve(count: number): boolean {
    const wanted = this.rowCount + count;
    if (wanted <= this.capacity) return false;
    const { capacity } = this;
    while (this.capacity < wanted) this.capacity = Math.min(this.largest, this.capacity * 2);
    this.buffers = this.buffers.map((old) => this.grown(old, capacity));
    return true;
  }

  /** Appends `count` rows, for which there is room; `delta` is [2 layers, heads, count, dimension]. */
  append(delta: Float32Array, count: number): void {
    const { heads, dimension, capacity } = this;
    const stretch = count * dimension;
    let from = 0;
    for (const buffer of this.buffers) {
      for (let head = 0; head < heads; head += 1) {
        buffer.set(delta.subarray(from, from + stretch), (head * capacity + this.rowCount) * dimension);
        from += stretch;
      }
    }
    this.rowCount += count;
  }

  private buffer(): Float32Array {
    return new Float32Array(this.heads * this.capacity * this.dimension);
  }

  private grown(old: Float32Array, oldCapacity: number): Float32Array {
    const grown = this.buffer();
    const { heads, dimension, capacity, rowCount } = this;
    for (let head = 0; head < heads; head += 1) {
      const start = head * oldCapacity * dimension;
      grown.set(old.subarray(start, start + rowCount * dimension), head * capacity * dimension);
    }
    return grown;
  }
}
