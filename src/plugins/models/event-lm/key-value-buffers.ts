/** Rows of the smallest buffers, and how many more they get when they are full. */
const step = 128;

/**
 * Keys and values of every layer, [heads, capacity, dimension] each. The buffers are handed to the graph as they are, and it
 * looks at all their rows: they grow by little at a time.
 */
export class KeyValueBuffers {
  /** In the order of the graph's delta: keys and values of layer 0, of layer 1 … */
  buffers: readonly Float32Array[];
  capacity: number;

  constructor(
    layers: number,
    private readonly heads: number,
    private readonly dimension: number,
    private readonly largest: number,
    start = step,
  ) {
    this.capacity = Math.min(start, largest);
    this.buffers = Array.from({ length: 2 * layers }, () => this.buffer());
  }

  /** Makes room for `rows` rows, of which the first `kept` are kept; returns whether the buffers are new ones. */
  reserve(rows: number, kept: number): boolean {
    if (rows <= this.capacity) return false;
    const { capacity } = this;
    while (this.capacity < rows) this.capacity = Math.min(this.largest, this.capacity + step);
    this.buffers = this.buffers.map((old) => this.grown(old, capacity, kept));
    return true;
  }

  /** Writes `count` rows behind the first `rows`; `delta` is [2 layers, heads, count, dimension]. */
  put(delta: Float32Array, rows: number, count: number): void {
    const { heads, dimension, capacity } = this;
    const stretch = count * dimension;
    let from = 0;
    for (const buffer of this.buffers) {
      for (let head = 0; head < heads; head += 1) {
        buffer.set(delta.subarray(from, from + stretch), (head * capacity + rows) * dimension);
        from += stretch;
      }
    }
  }

  private buffer(): Float32Array {
    return new Float32Array(this.heads * this.capacity * this.dimension);
  }

  private grown(old: Float32Array, oldCapacity: number, kept: number): Float32Array {
    const grown = this.buffer();
    const { heads, dimension, capacity } = this;
    for (let head = 0; head < heads; head += 1) {
      const start = head * oldCapacity * dimension;
      grown.set(old.subarray(start, start + kept * dimension), head * capacity * dimension);
    }
    return grown;
  }
}
