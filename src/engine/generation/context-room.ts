/** A context is never used less than this: below it nothing is won, and what is read anew is read too often. */
const leastTokens = 192;
/** Ids kept free for one more event in a format without rows. */
const eventTokens = 16;

/**
 * How much of a model's context a take may fill, and how much of the past is read into it when it is full. With a share of
 * it runs look back on less and are quicker, and less is read anew; what is in it already stays until the next event.
 */
export class ContextRoom {
  private readonly reserve: number;
  private limit: number;

  /**
   * @param contextTokens ids the model can hold; Infinity for recurrent models, of which nothing can be left out
   * @param promptTokens ids of the past that a full context begins with
   */
  constructor(
    private readonly contextTokens: number,
    private readonly promptTokens: number,
    rowWidth: number,
  ) {
    this.reserve = rowWidth > 1 ? rowWidth : eventTokens;
    this.limit = contextTokens;
  }

  /** Ids it is used up to; `undefined` where that cannot be less than all. */
  get tokens(): number | undefined {
    return this.contextTokens <= leastTokens || this.contextTokens === Infinity ? undefined : this.limit;
  }

  /** Ids of the past that are read into it at most. */
  get prompt(): number {
    return this.limit === this.contextTokens ? this.promptTokens : Math.min(this.promptTokens, this.limit >> 1);
  }

  /** Uses a share of it, 0 < .. <= 1, from now on. */
  use(share: number): void {
    const { contextTokens } = this;
    if (this.tokens !== undefined) this.limit = Math.min(contextTokens, Math.max(leastTokens, Math.floor(contextTokens * share)));
  }

  /** Whether no more can be added to so many ids. */
  isFull(length: number, betweenEvents: boolean): boolean {
    return this.contextTokens - length < 1 || (betweenEvents && this.limit - length < this.reserve);
  }
}
