import type { RowEvent } from './row-event.js';
import { rowWidth, type SkytntVocabulary } from './vocabulary.js';

/** Writes rows one after the other. */
export class RowWriter {
  private readonly ids: Int32Array;
  private length = 0;

  /** @param capacity rows at most. */
  constructor(
    private readonly vocabulary: SkytntVocabulary,
    capacity: number,
  ) {
    this.ids = new Int32Array(capacity * rowWidth);
  }

  /**
   * Appends the row of an event; `time1` is the number of whole beats since the event before it.
   * @returns false, with nothing appended, when a value has no id.
   */
  append(event: RowEvent, time1: number): boolean {
    const { ids, length, vocabulary } = this;
    const shape = vocabulary.shapeOf(event.kind);
    if (shape === undefined) return false;
    ids[length] = shape.id;
    let at = length + 1;
    for (const { source, first, size } of shape.parameters) {
      const value =
        source === 0 ? time1 : source === 1 ? event.step : source === 2 ? event.track : event.values[source - 3];
      if (value < 0 || value >= size) return false;
      ids[at] = first + value;
      at += 1;
    }
    this.pad(at);
    return true;
  }

  /** Appends a row of these ids, padded. */
  appendIds(row: ArrayLike<number>): void {
    this.ids.set(row, this.length);
    this.pad(this.length + row.length);
  }

  finish(): Int32Array {
    return this.length === this.ids.length ? this.ids : this.ids.slice(0, this.length);
  }

  private pad(from: number): void {
    this.length += rowWidth;
    this.ids.fill(this.vocabulary.pad, from, this.length);
  }
}

/** The event a row stands for, `beat` holding its time1; `undefined` for BOS, EOS, padding and malformed rows. */
export function readRow(ids: ArrayLike<number>, at: number, vocabulary: SkytntVocabulary): RowEvent | undefined {
  const shape = vocabulary.eventOfId(ids[at]);
  if (shape === undefined || at + shape.parameters.length >= ids.length) return undefined;
  const event: RowEvent = { kind: shape.kind, beat: 0, step: 0, track: 0, values: [] };
  for (let index = 0; index < shape.parameters.length; index += 1) {
    const { source, first, size } = shape.parameters[index];
    const value = ids[at + 1 + index] - first;
    if (value < 0 || value >= size) return undefined;
    if (source === 0) event.beat = value;
    else if (source === 1) event.step = value;
    else if (source === 2) event.track = value;
    else event.values[source - 3] = value;
  }
  return event;
}
