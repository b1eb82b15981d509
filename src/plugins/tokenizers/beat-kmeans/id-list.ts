/** A list of ids that grows. */
export class IdList {
  private ids = new Int32Array(1024);
  private length = 0;

  push(id: number): void {
    if (this.length === this.ids.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.ids);
      this.ids = larger;
    }
    this.ids[this.length] = id;
    this.length += 1;
  }

  /** The ids so far, not copied: add no more. */
  toArray(): Int32Array {
    return this.ids.subarray(0, this.length);
  }
}
