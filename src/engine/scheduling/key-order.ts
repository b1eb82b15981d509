/** No key. */
const none = -1;

/**
 * Keys 0 .. in the order in which they came, each at most once: a chain over arrays made once.
 * Thread: one. Blocks: no. Allocates: no.
 */
export class KeyOrder {
  private readonly earlier: Int16Array;
  private readonly later: Int16Array;
  private oldest = none;
  private newest = none;

  /** @param size keys; at most 32,767 */
  constructor(size: number) {
    this.earlier = new Int16Array(size).fill(none);
    this.later = new Int16Array(size).fill(none);
  }

  /** The one that came first; -1 when there is none. */
  get first(): number {
    return this.oldest;
  }

  /** The one that came next after a key that is there; -1 when there is none. */
  after(key: number): number {
    return this.later[key];
  }

  /** Puts a key that is not there at the end. */
  add(key: number): void {
    this.earlier[key] = this.newest;
    this.later[key] = none;
    if (this.newest === none) this.oldest = key;
    else this.later[this.newest] = key;
    this.newest = key;
  }

  /** Takes out a key that is there. */
  remove(key: number): void {
    const before = this.earlier[key];
    const after = this.later[key];
    if (before === none) this.oldest = after;
    else this.later[before] = after;
    if (after === none) this.newest = before;
    else this.earlier[after] = before;
  }
}
