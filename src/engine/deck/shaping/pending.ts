import type { Beats } from '../../music/units.js';

/** What was written, and as what it was queued. */
interface Entry<Item> {
  readonly written: Item;
  readonly played: Item;
}

/** Things of one kind that were queued and may not have left yet, under what they were written as. */
export class Pending<Item extends { readonly beat: Beats }> {
  private readonly entries = new Map<Item, Entry<Item>>();

  add(written: Item, played: Item): void {
    this.entries.set(written, { written, played });
  }

  /** As what something was queued; `undefined` where it was not, or that is long ago. */
  playedAs(written: Item): Item | undefined {
    return this.entries.get(written)?.played;
  }

  remove(written: Item): void {
    this.entries.delete(written);
  }

  /** Forgets what was written for `fromBeat` or later, and says for when the first of it was queued; Infinity: nothing was. */
  drop(fromBeat: Beats): Beats {
    let first: Beats = Infinity;
    for (const { written, played } of this.entries.values()) {
      if (written.beat < fromBeat) continue;
      first = Math.min(first, played.beat);
      this.entries.delete(written);
    }
    return first;
  }

  /** What was queued for `beat` or later, as it is played. */
  playedFrom(beat: Beats): readonly Item[] {
    return [...this.entries.values()].filter(({ played }) => played.beat >= beat).map(({ played }) => played);
  }

  /** What left before `beat` is of no interest any more. */
  forget(beat: Beats): void {
    for (const { written, played } of this.entries.values()) {
      if (played.beat < beat && written.beat < beat) this.entries.delete(written);
    }
  }

  clear(): void {
    this.entries.clear();
  }
}
