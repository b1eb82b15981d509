import type { Beats } from '../music/units.js';
import type { ComposingRules } from './composing-rules.js';
import type { Turn } from './model-guide.js';
import type { StreamMark } from './token-stream.js';

/** Events that can be taken back to the very state before them. */
const rememberedMarks = 1024;
/** Of these, events that can be taken back without reading anything again. */
const quickMarks = 256;

/** The ids of a stream since it was opened. */
export interface Segment {
  readonly prompt: readonly number[];
  readonly originBeat: Beats;
  /** What was composed after the prompt. */
  readonly ids: number[];
}

export const nothingRead: Segment = { prompt: [], originBeat: 0, ids: [] };

/** Where a take stood between two events. */
export interface EventMark {
  readonly segment: Segment;
  /** Composed ids of the segment so far. */
  readonly length: number;
  /** What makes going back quick, good for the opening of the stream it was taken in. */
  readonly stream: StreamMark | undefined;
  readonly opening: number;
  /** What the model was told so far. */
  readonly turn: Turn;
  /** What was wished for when it was reached; `undefined` where the stream was opened. */
  readonly rules: ComposingRules | undefined;
  /** Random numbers drawn. */
  readonly counter: number;
  /** Beat of the last event so far. */
  readonly lastBeat: Beats;
  /** No event before this could still come. */
  readonly frontierBeat: Beats;
  /** Onsets that were told and are not certain lie before this. */
  readonly toldUntilBeat: Beats;
  /** Where what was told whole last begins, of a format that tells all of a beat at a time; it may hold no onset. */
  readonly wholeFromBeat: Beats;
  /** No event before this was to come. */
  readonly floor: Beats;
  /** Events since time last moved. */
  readonly eventsHere: number;
}

/** The last marks of a take, in order. The oldest are let go; before that they lose what makes going back quick. */
export class EventMarks {
  private marks: EventMark[] = [];

  constructor(
    private readonly capacity = rememberedMarks,
    private readonly quickCapacity = quickMarks,
  ) {}

  add(mark: EventMark): void {
    if (this.marks.length === this.capacity) this.marks.shift();
    this.marks.push(mark);
    const slow = this.marks.length - this.quickCapacity - 1;
    if (slow >= 0) this.marks[slow] = { ...this.marks[slow], stream: undefined };
  }

  clear(): void {
    this.marks = [];
  }

  /** The latest mark with nothing at or after `beat`, and all later ones removed; `undefined` when it was let go. */
  backTo(beat: Beats): EventMark | undefined {
    const index = this.marks.findLastIndex((mark) => Math.max(mark.lastBeat, mark.wholeFromBeat) < beat && Math.max(mark.frontierBeat, mark.toldUntilBeat) <= beat);
    this.marks.length = index + 1;
    return this.marks.at(-1);
  }
}
