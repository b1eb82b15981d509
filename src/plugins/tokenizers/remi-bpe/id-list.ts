/** Ids appended one by one to a typed array that grows. */
export class IdList {
  private ids: Int32Array;
  private count = 0;

  constructor(capacity = 256) {
    this.ids = new Int32Array(capacity);
  }

  get length(): number {
    return this.count;
  }

  clear(): void {
    this.count = 0;
  }

  push(id: number): void {
    if (this.count === this.ids.length) {
      const grown = new Int32Array(this.count * 2 + 16);
      grown.set(this.ids);
      this.ids = grown;
    }
    this.ids[this.count] = id;
    this.count += 1;
  }

  /** The ids so far, not copied: add no more, or they may move. */
  view(): Int32Array {
    return this.ids.subarray(0, this.count);
  }

  /** The ids so far, copied. */
  toArray(): Int32Array {
    return this.ids.slice(0, this.count);
  }
}
