import type { KeyValueCache } from '../../../engine/generation/onnx/key-value-cache.js';

/** Fewer rows than these are read anew as quickly. */
const worthKeeping = 128;

interface Past {
  readonly cache: KeyValueCache;
  /** What its rows stood for when it was left. */
  readonly ids: readonly number[];
}

/**
 * The past of the context, and of the context before it. A context that is full is read anew from its later half, and whoever
 * then takes music back to before that place returns to the former context, again and again while a knob is turned: with
 * both at hand neither has to be read twice.
 */
export class Pasts {
  private present: Past;
  private kept: Past | undefined;
  /** The context is empty, and the rows of `present` are still those of its ids. */
  private isLeft = false;

  /** @param keepsTwo false where a second past would take too much memory. */
  constructor(
    private readonly make: () => KeyValueCache,
    private readonly keepsTwo: boolean,
  ) {
    this.present = { cache: make(), ids: [] };
  }

  /** Where the rows of the context are, and new ones go. */
  get cache(): KeyValueCache {
    if (this.isLeft) this.present.cache.truncate(0);
    this.isLeft = false;
    return this.present.cache;
  }

  /** Begins with an empty context. `ids`: those of the one that ends. */
  leave(ids: readonly number[]): void {
    if (this.isLeft) return;
    const { cache } = this.present;
    if (cache.rows < worthKeeping) return cache.truncate(0);
    const left = { cache, ids: ids.slice(0, cache.rows) };
    this.isLeft = true;
    if (!this.keepsTwo) {
      this.present = left;
      return;
    }
    this.present = this.kept ?? { cache: this.make(), ids: [] };
    this.kept = left;
  }

  /**
   * Into an empty context: the rows of the first of these ids, as many as are known, but not of the last, and a multiple of
   * `piece`. Returns how many.
   */
  resume(ids: readonly number[], piece = 1): number {
    const { present, kept } = this;
    const known = (past: Past | undefined): number => (past ? Math.floor(commonLength(past.ids, ids, ids.length - 1) / piece) * piece : 0);
    const ofKept = known(kept);
    const count = Math.max(ofKept, this.isLeft ? known(present) : 0);
    if (count < worthKeeping) return 0;
    if (kept && ofKept === count) {
      this.present = kept;
      this.kept = this.isLeft ? present : { ...present, ids: [] };
    }
    this.isLeft = false;
    this.present.cache.truncate(count);
    return count;
  }
}

function commonLength(one: readonly number[], other: readonly number[], most: number): number {
  const end = Math.min(one.length, other.length, most);
  let length = 0;
  while (length < end && one[length] === other[length]) length += 1;
  return length;
}
