import { stepOf } from './note-character.js';
import { referenceStepsPerSecond, type ThereminOptions } from './options.js';

/** Where a stream of notes stands, in steps. */
export class NoteClock {
  private position = 0;
  /** What time moves on by after each note; `undefined`: to its onset. */
  private readonly advance: number | undefined;

  constructor(private readonly options: ThereminOptions) {
    const { constant_advance, bpm } = options;
    // A quarter of the milliseconds in a 192nd of a beat, which the published program takes for seconds.
    this.advance = constant_advance ? (60_000 / (bpm * 192) / 4) * referenceStepsPerSecond : undefined;
  }

  /** The onset of the next note of a stream, in steps from its start. */
  place(character: number): number {
    const onset = this.position + stepOf(character);
    this.position = this.advance === undefined ? onset : this.position + this.advance;
    return onset;
  }

  /** The onset that {@link place} would give. */
  peek(character: number): number {
    return this.position + stepOf(character);
  }

  clone(): NoteClock {
    const copy = new NoteClock(this.options);
    copy.position = this.position;
    return copy;
  }
}
