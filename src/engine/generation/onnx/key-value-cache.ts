/**
 * Keys and values of every layer in one buffer, [2 layers, heads, capacity, dimension], of which the first `rows` rows
 * count. The buffer is handed to the graph as it is. It has room for `smallest` rows at first and becomes twice as large
 * whenever it is full, up to `largest`. Where a graph neither copies it nor looks at rows that do not count, give it all
 * the room at once: memory that was never written to costs nothing.
 */
export class KeyValueCache {
  /** Rows 2 i and 2 i + 1 are keys and values of layer i. */
  buffer: Float32Array;
  capacity: number;
  private rowCount = 0;

  constructor(
    readonly layers: number,
    readonly heads: number,
    readonly dimension: number,
    smallest: number,
    private readonly largest: number,
  ) {
    this.capacity = Math.min(smallest, largest);
    this.buffer = this.made();
  }

  /** Rows that count, <= largest. */
  get rows(): number {
    return this.rowCount;
  }

  /** Forgets the rows from `rows` on. */
  truncate(rows: number): void {
    this.rowCount = Math.min(this.rowCount, rows);
  }

  /** Makes room for `count` more rows; returns whether the buffer is a new one. */
  reserve(count: number): boolean {
    const wanted = this.rowCount + count;
    if (wanted <= this.capacity) return false;
    const { buffer, capacity } = this;
    while (this.capacity < wanted) this.capacity = Math.min(this.largest, this.capacity * 2);
    this.buffer = this.made();
    this.copy(buffer, capacity, this.rowCount, 0);
    return true;
  }

  /** Appends the first `count` of `rows` rows, for which there is room; `delta` is [2 layers, heads, rows, dimension]. */
  append(delta: Float32Array, rows: number, count = rows): void {
    this.copy(delta, rows, count, this.rowCount);
    this.rowCount += count;
  }

  /** The first `count` of `rows` rows of each head, to the place `at`. */
  private copy(source: Float32Array, rows: number, count: number, at: number): void {
    const { buffer, capacity, dimension } = this;
    for (let head = 0; head < 2 * this.layers * this.heads; head += 1) {
      const from = head * rows * dimension;
      buffer.set(source.subarray(from, from + count * dimension), (head * capacity + at) * dimension);
    }
  }

  private made(): Float32Array {
    return new Float32Array(2 * this.layers * this.heads * this.capacity * this.dimension);
  }
}
