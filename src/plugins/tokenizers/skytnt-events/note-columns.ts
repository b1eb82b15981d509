import { stableOrder } from '../../../engine/stable-order.js';
import { stepsPerBeat, type RowEvent } from './row-event.js';

/** Too long for the format already: what is longer need not be told apart. */
const longestDuration = 2048;

/** Notes in columns: a long score has millions, and an object for each would fill the memory. */
export class NoteColumns {
  /** Onsets, in steps from the start of the score. */
  private readonly steps: Float64Array;
  private readonly tracks: Int16Array;
  private readonly channels: Uint8Array;
  /** Clamped: what is no MIDI value stays none, and gets no row. */
  private readonly pitches: Uint8ClampedArray;
  private readonly velocities: Uint8ClampedArray;
  /** In steps. */
  private readonly durations: Uint16Array;
  private count = 0;
  private someAreGone = false;

  /** @param capacity notes at most. */
  constructor(capacity: number) {
    this.steps = new Float64Array(capacity);
    this.tracks = new Int16Array(capacity);
    this.channels = new Uint8Array(capacity);
    this.pitches = new Uint8ClampedArray(capacity);
    this.velocities = new Uint8ClampedArray(capacity);
    this.durations = new Uint16Array(capacity);
  }

  get length(): number {
    return this.count;
  }

  /** Index of the new note. */
  add(steps: number, track: number, channel: number, pitch: number, velocity: number, duration: number): number {
    const index = this.count;
    this.count += 1;
    this.steps[index] = steps;
    this.tracks[index] = track;
    this.channels[index] = channel;
    this.pitches[index] = pitch;
    this.velocities[index] = velocity;
    this.durations[index] = Math.min(longestDuration, duration);
    return index;
  }

  /** Ends a note at a step at the latest, and says how many steps are left of it. */
  shorten(index: number, endStep: number): number {
    const left = Math.max(0, Math.min(this.durations[index], endStep - this.steps[index]));
    this.durations[index] = left;
    if (left === 0) this.someAreGone = true;
    return left;
  }

  /** Takes the place of a note at the same onset, channel and pitch. */
  replace(index: number, velocity: number, duration: number): void {
    this.velocities[index] = velocity;
    this.durations[index] = Math.min(longestDuration, duration);
  }

  isAt(index: number, steps: number, channel: number, pitch: number): boolean {
    return this.steps[index] === steps && this.channels[index] === channel && this.pitches[index] === pitch;
  }

  stepsOf(index: number): number {
    return this.steps[index];
  }

  /** Takes out the notes that {@link shorten} left nothing of; the indexes of those behind them change. */
  dropGone(): void {
    if (!this.someAreGone) return;
    let kept = 0;
    for (let index = 0; index < this.count; index += 1) {
      if (this.durations[index] === 0) continue;
      this.steps[kept] = this.steps[index];
      this.tracks[kept] = this.tracks[index];
      this.channels[kept] = this.channels[index];
      this.pitches[kept] = this.pitches[index];
      this.velocities[kept] = this.velocities[index];
      this.durations[kept] = this.durations[index];
      kept += 1;
    }
    this.count = kept;
    this.someAreGone = false;
  }

  trackOf(index: number): number {
    return this.tracks[index];
  }

  channelOf(index: number): number {
    return this.channels[index];
  }

  move(index: number, track: number, channel: number): void {
    this.tracks[index] = track;
    this.channels[index] = channel;
  }

  /** The indexes by time and track, equal ones as they stand; `undefined` where they are in order. */
  order(): Uint32Array | undefined {
    return stableOrder(this.count, (a, b) => this.steps[a] - this.steps[b] || this.tracks[a] - this.tracks[b]);
  }

  /** The event of a note; changes to it are its own. */
  eventOf(index: number): RowEvent {
    const steps = this.steps[index];
    return {
      kind: 'note',
      beat: Math.floor(steps / stepsPerBeat),
      step: steps % stepsPerBeat,
      track: this.tracks[index],
      values: [this.channels[index], this.pitches[index], this.velocities[index], this.durations[index]],
    };
  }
}
