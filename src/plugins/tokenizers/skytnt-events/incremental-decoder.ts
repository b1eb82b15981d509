import type { DecodedEvent, IncrementalDecoder } from '../../../engine/contracts/tokenizer.js';
import type { Beats } from '../../../engine/music/units.js';
import { stepsPerBeat, type RowEvent } from './row-event.js';
import { readRow } from './rows.js';
import { rowWidth, type SkytntVocabulary } from './vocabulary.js';

/**
 * Gives out an event when the last id of its row comes. Where whole decoding looks ahead, this cannot: a note keeps
 * its length though its pitch sounds again; of notes equal in time, track, channel and pitch the first is given out;
 * an onset that steps back inside its beat happens where the stream already is. Rows that are no event are skipped
 * with their time.
 *
 * Time: `originBeat` is where time1 counts from. A first row with time1 0 and time2 0 happens at `originBeat`; each
 * time1 counts whole beats from the beat of the row before. To go on from a history, give the beat that stands at tick
 * 0 of the encoded score as `originBeat`, push all its ids, then push what comes after.
 */
export class SkytntIncrementalDecoder implements IncrementalDecoder {
  /** Whole beats from the origin, as the rows count them. */
  private beat = 0;
  /** Steps from the origin to the last event given out. */
  private position = 0;
  private row: number[] = [];
  private notesHere: number[] = [];

  constructor(
    private readonly vocabulary: SkytntVocabulary,
    private readonly originBeat: Beats,
  ) {}

  get frontierBeat(): Beats {
    return this.originBeat + this.position / stepsPerBeat;
  }

  push(token: number): readonly DecodedEvent[] {
    this.row.push(token);
    if (this.row.length < rowWidth) return [];
    const event = readRow(this.row, 0, this.vocabulary);
    this.row = [];
    return event === undefined ? [] : this.place(event);
  }

  clone(): SkytntIncrementalDecoder {
    const copy = new SkytntIncrementalDecoder(this.vocabulary, this.originBeat);
    copy.beat = this.beat;
    copy.position = this.position;
    copy.row = [...this.row];
    copy.notesHere = [...this.notesHere];
    return copy;
  }

  private place(event: RowEvent): DecodedEvent[] {
    this.beat += event.beat;
    const position = stepsPerBeat * this.beat + event.step;
    if (position > this.position) {
      this.position = position;
      this.notesHere = [];
    }
    if (event.kind === 'note') {
      const [channel, pitch] = event.values;
      const key = (event.track * 16 + channel) * 128 + pitch;
      if (event.values[3] === 0 || this.notesHere.includes(key)) return [];
      this.notesHere.push(key);
    }
    return [toDecodedEvent(event, this.frontierBeat)];
  }
}

function toDecodedEvent({ kind, values }: RowEvent, beat: Beats): DecodedEvent {
  switch (kind) {
    case 'note': {
      const [channel, pitch, velocity, steps] = values;
      // Velocity 0 on a wire would mean the note's end.
      const note = { beat, duration: steps / stepsPerBeat, channel, pitch, velocity: Math.max(1, velocity) };
      return { type: 'note', note };
    }
    case 'program':
      return { type: 'program', mark: { beat, channel: values[0], program: values[1] } };
    case 'control':
      return { type: 'control', mark: { beat, channel: values[0], controller: values[1], value: values[2] } };
    case 'tempo':
      return { type: 'tempo', mark: { beat, bpm: Math.max(1, values[0]) } };
    case 'meter':
      return { type: 'meter', mark: { beat, numerator: values[0] + 1, denominator: 2 ** (values[1] + 1) } };
    case 'key':
      return { type: 'key', mark: { beat, sharps: values[0] - 7, minor: values[1] === 1 } };
  }
}
