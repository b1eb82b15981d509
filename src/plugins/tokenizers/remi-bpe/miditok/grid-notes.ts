import { stableOrder, type CompareIndexes } from '../../../../engine/stable-order.js';

/** Notes that are moved to the grid, in columns: a long piece has millions, and an object for each would fill the memory. */
export class GridNotes {
  /** In ticks. */
  times: Float64Array;
  /** In ticks. */
  durations: Float64Array;
  pitches: Int16Array;
  velocities: Uint8ClampedArray;
  private count = 0;

  /** @param capacity notes at most. */
  constructor(capacity: number) {
    this.times = new Float64Array(capacity);
    this.durations = new Float64Array(capacity);
    this.pitches = new Int16Array(capacity);
    this.velocities = new Uint8ClampedArray(capacity);
  }

  get length(): number {
    return this.count;
  }

  add(time: number, duration: number, pitch: number, velocity: number): void {
    const index = this.count;
    this.times[index] = time;
    this.durations[index] = duration;
    this.pitches[index] = pitch;
    this.velocities[index] = velocity;
    this.count += 1;
  }

  addAll({ times, durations, pitches, velocities, length }: GridNotes): void {
    this.times.set(times.subarray(0, length), this.count);
    this.durations.set(durations.subarray(0, length), this.count);
    this.pitches.set(pitches.subarray(0, length), this.count);
    this.velocities.set(velocities.subarray(0, length), this.count);
    this.count += length;
  }

  /** Keeps the notes of which `isKept` says so; it is asked in order, and may look at the note before as it was. */
  keep(isKept: (index: number) => boolean): void {
    let kept = 0;
    for (let index = 0; index < this.count; index += 1) {
      if (!isKept(index)) continue;
      this.times[kept] = this.times[index];
      this.durations[kept] = this.durations[index];
      this.pitches[kept] = this.pitches[index];
      this.velocities[kept] = this.velocities[index];
      kept += 1;
    }
    this.count = kept;
  }

  /** Puts them in order; equal ones stay as they stand. */
  sort(compare: CompareIndexes): void {
    const order = stableOrder(this.count, compare);
    if (order === undefined) return;
    this.times = gathered(this.times, order, new Float64Array(order.length));
    this.durations = gathered(this.durations, order, new Float64Array(order.length));
    this.pitches = gathered(this.pitches, order, new Int16Array(order.length));
    this.velocities = gathered(this.velocities, order, new Uint8ClampedArray(order.length));
  }

  /** By time, as the streams are written. */
  sortByTime(): void {
    this.sort((a, b) => this.times[a] - this.times[b]);
  }

  /** By time, length, pitch, velocity. */
  sortByLength(): void {
    this.sort((a, b) => this.times[a] - this.times[b] || this.compareSounds(a, b));
  }

  /** By time, pitch, length, velocity. */
  sortByPitch(): void {
    this.sort((a, b) => this.times[a] - this.times[b] || this.pitches[a] - this.pitches[b] || this.compareSounds(a, b));
  }

  private compareSounds(a: number, b: number): number {
    return this.durations[a] - this.durations[b] || this.pitches[a] - this.pitches[b] || this.velocities[a] - this.velocities[b];
  }
}

function gathered<Column extends Float64Array | Int16Array | Uint8ClampedArray>(from: Column, order: Uint32Array, to: Column): Column {
  for (let index = 0; index < order.length; index += 1) to[index] = from[order[index]];
  return to;
}
