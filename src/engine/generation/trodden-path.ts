import type { LanguageModel, ModelMark } from '../contracts/language-model.js';

/** Runs that are remembered: the longest way to a note, and a good deal more. */
const mostRuns = 64;

/** A run of the model, what it thought then, and where it stood before and after. */
interface Run {
  readonly ids: ArrayLike<number>;
  readonly logits: Float32Array;
  readonly before: ModelMark;
  readonly after: ModelMark;
}

/**
 * A model's way from one place of its context: gone again, it costs no run for as long as it is the same, run by run; where another
 * is taken, the model goes back to the fork. What it thinks is to the bit what it would think if it went there for the first
 * time, so nothing hangs on what was remembered. Thread: the inference worker.
 */
export class TroddenPath {
  private runs: Run[] = [];
  /** Runs of the path that lie behind us. */
  private depth = 0;
  /** The model stands further on the path than we do. */
  private isAhead = false;
  private remembers = false;
  /** The first run was thought ahead of all ids to come: these are read in a run of their own. */
  private isThoughtAhead = false;
  private count = 0;

  constructor(private readonly model: LanguageModel) {}

  /** What the model has read anew. */
  get modelRuns(): number {
    return this.count;
  }

  /** Where we stand. */
  mark(): ModelMark {
    if (!this.isAhead) return this.model.mark();
    return this.runs[this.depth]?.before ?? this.runs[this.depth - 1].after;
  }

  /** As of a model, but of a place on the path nothing is forgotten. */
  rewind(mark: ModelMark | undefined): void {
    const depth = mark === undefined ? -1 : this.runs.findIndex(({ before }) => before.tokens === mark.tokens);
    const end = this.runs.at(-1)?.after.tokens ?? Infinity;
    if (mark !== undefined && (depth >= 0 || mark.tokens === end)) {
      this.depth = depth < 0 ? this.runs.length : depth;
      this.isAhead = this.model.mark().tokens > mark.tokens;
      return;
    }
    if (mark === undefined || mark.tokens < end) this.forget();
    this.isAhead = false;
    this.model.rewind(mark);
  }

  /** Thinks of what may follow `ids` and comes back here: from here on it remembers, and whatever follows is read after them. */
  async begin(ids: ArrayLike<number>): Promise<void> {
    const first = this.depth === 0 ? this.next : undefined;
    if (first && this.isThoughtAhead && isSame(first.ids, ids)) return;
    this.goBack();
    this.forget();
    this.remembers = true;
    this.isThoughtAhead = true;
    const mark = this.model.mark();
    await this.extend(ids);
    this.rewind(mark);
  }

  /** As of a model; the logits are not to be written to. */
  async extend(ids: ArrayLike<number>): Promise<Float32Array> {
    let rest = ids;
    for (let run = this.next; run && beginsWith(rest, run.ids); run = this.next) {
      const isAll = run.ids.length === rest.length;
      if (!isAll && !(this.depth === 0 && this.isThoughtAhead)) break;
      this.depth += 1;
      this.isAhead = this.model.mark().tokens > run.after.tokens;
      if (isAll) return run.logits;
      rest = Array.from(rest).slice(run.ids.length);
    }
    this.goBack();
    this.count += 1;
    const before = this.model.mark();
    const logits = await this.model.extend(rest);
    const isOnPath = this.runs.length === 0 || this.runs[this.runs.length - 1].after.tokens === before.tokens;
    if (!this.remembers || !isOnPath || this.runs.length === mostRuns) return logits;
    this.runs.push({ ids: Array.from(rest), logits: logits.slice(), before, after: this.model.mark() });
    this.depth = this.runs.length;
    return logits;
  }

  /** Brings the model to where we stand, for it to be asked otherwise. */
  goBack(): void {
    if (!this.isAhead) return;
    this.model.rewind(this.mark());
    this.isAhead = false;
    this.runs.length = this.depth;
    if (this.depth === 0) this.forget();
  }

  private get next(): Run | undefined {
    return this.isAhead ? this.runs[this.depth] : undefined;
  }

  private forget(): void {
    this.runs = [];
    this.depth = 0;
    this.remembers = false;
  }
}

function isSame(some: ArrayLike<number>, others: ArrayLike<number>): boolean {
  return some.length === others.length && beginsWith(some, others);
}

function beginsWith(ids: ArrayLike<number>, first: ArrayLike<number>): boolean {
  if (first.length > ids.length) return false;
  for (let index = 0; index < first.length; index += 1) if (ids[index] !== first[index]) return false;
  return true;
}
