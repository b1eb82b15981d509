import { compareRowEvents, stepsPerBeat, type RowEvent } from './row-event.js';

/** An event of a score on the grid: a note by its index in {@link NoteColumns}, anything else as it is. */
export type Entry = number | RowEvent;

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
  private length = 0;
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

  /** Index of the new note. */
  add(steps: number, track: number, channel: number, pitch: number, velocity: number, duration: number): number {
    const index = this.length;
    this.length += 1;
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

  /** Without the notes that {@link shorten} left nothing of. */
  present(entries: Entry[]): Entry[] {
    return this.someAreGone ? entries.filter((entry) => typeof entry !== 'number' || this.durations[entry] > 0) : entries;
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

  /** The event an entry stands for; changes to that of a note are its own. */
  eventOf(entry: Entry): RowEvent {
    if (typeof entry !== 'number') return entry;
    const steps = this.steps[entry];
    return {
      kind: 'note',
      beat: Math.floor(steps / stepsPerBeat),
      step: steps % stepsPerBeat,
      track: this.tracks[entry],
      values: [this.channels[entry], this.pitches[entry], this.velocities[entry], this.durations[entry]],
    };
  }

  /** The order of {@link compareRowEvents}: notes come last at their time and track. */
  compare(a: Entry, b: Entry): number {
    if (typeof a === 'number' && typeof b === 'number') return this.steps[a] - this.steps[b] || this.tracks[a] - this.tracks[b];
    return compareRowEvents(this.eventOf(a), this.eventOf(b));
  }
}
