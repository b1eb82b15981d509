import { isSameSteering, type ModelSteering } from '../../../engine/contracts/model-steering.js';
import type { Bar } from './bar.js';

/** Longer than any prompt. */
const mostIds = 4096;
/** Bars that are kept: all of the last ones, fewer and fewer of those before. */
const mostBars = 48;

interface BarLine {
  /** Ids of the context up to and with the bar line. */
  readonly at: number;
  readonly bar: Bar;
}

/**
 * The beginning of a context and its bars as they stood at their bar lines, so that a context that begins alike, and is heard
 * under the same wishes, goes on from there. Bounded. What is composed under other wishes, or after a recall, is not kept: a
 * past is heard without them.
 */
export class BarTrail {
  private ids: number[] = [];
  private lines: BarLine[] = [];
  /** Nothing that comes now is kept. */
  private isOver = false;

  /** Begins with an empty context. */
  clear(): void {
    this.ids = [];
    this.lines = [];
    this.isOver = false;
  }

  /** Takes the next id of the context; `bar`: the one that it opened. */
  add(id: number, bar?: Bar): void {
    const [first] = this.lines;
    if (this.ids.length >= mostIds || (first && bar && !isSameSteering(first.bar.steering, bar.steering))) this.end();
    if (this.isOver) return;
    this.ids.push(id);
    if (!bar) return;
    this.lines.push({ at: this.ids.length, bar: copyOf(bar) });
    if (this.lines.length > mostBars) this.lines = this.lines.filter((_, index) => index % 2 === 0 || index >= mostBars / 2);
  }

  /** What comes now is not as it would be heard. */
  end(): void {
    this.isOver = true;
  }

  /** Forgets what came after so many ids. */
  backTo(length: number): void {
    if (length > this.ids.length) return;
    this.isOver = false;
    this.ids.length = length;
    while (this.lines.length > 0 && this.lines[this.lines.length - 1].at > length) this.lines.pop();
  }

  /**
   * Goes back to the last bar line of which all ids up to it are the first of `tokens`, and not the last of them; `undefined`
   * where there is none. `knows`: whether nothing else of that bar's past was let go.
   */
  takeUp(tokens: ArrayLike<number>, steering: ModelSteering, knows: (bar: Bar) => boolean): BarLine | undefined {
    const most = Math.min(this.ids.length, tokens.length - 1);
    let length = 0;
    while (length < most && this.ids[length] === tokens[length]) length += 1;
    const line = this.lines.findLast(({ at }) => at <= length);
    if (!line || !isSameSteering(line.bar.steering, steering) || !knows(line.bar)) return undefined;
    this.backTo(line.at);
    return { at: line.at, bar: copyOf(line.bar) };
  }
}

/** The bar as it was opened: whoever goes on with it writes into a bar of his own. */
function copyOf(bar: Bar): Bar {
  return { ...bar, ids: [], opening: undefined, latent: undefined };
}
