import type { Timeline } from './timeline.js';

const versionWord = 0;
const firstDataWord = 2;
const dataWords = 6;

/**
 * The present Timeline, shared by threads: one writes, any number read, none waits for a lock (a seqlock). The version
 * is odd while a value is being written, so a reader that met a writer reads again. Every word moves by an atomic
 * operation, because plain accesses may be reordered around the version.
 *
 * Thread: `write` from one thread only, `read` from any. Blocks: no. Allocates: a Timeline when it has changed.
 */
export class TimelineCell {
  private readonly words: Int32Array;
  private readonly values = new Float64Array(3);
  private readonly valueWords = new Int32Array(this.values.buffer);
  private latest: Timeline;
  private latestVersion: number;

  private constructor(readonly buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.latestVersion = -1;
    this.latest = { bpm: 0, beatOrigin: 0, timeOrigin: 0 };
  }

  static holding(timeline: Timeline): TimelineCell {
    const cell = new TimelineCell(new SharedArrayBuffer((firstDataWord + dataWords) * Int32Array.BYTES_PER_ELEMENT));
    cell.write(timeline);
    return cell;
  }

  /** The same cell, seen from another thread. */
  static over(buffer: SharedArrayBuffer): TimelineCell {
    return new TimelineCell(buffer);
  }

  write(timeline: Timeline): void {
    this.values[0] = timeline.bpm;
    this.values[1] = timeline.beatOrigin;
    this.values[2] = timeline.timeOrigin;
    const version = Atomics.add(this.words, versionWord, 1) + 1;
    for (let word = 0; word < dataWords; word += 1) Atomics.store(this.words, firstDataWord + word, this.valueWords[word]);
    Atomics.store(this.words, versionWord, (version + 1) | 0);
  }

  /** The latest value; the very same object as long as nothing was written. */
  read(): Timeline {
    let version = Atomics.load(this.words, versionWord);
    if (version === this.latestVersion) return this.latest;
    for (;;) {
      if ((version & 1) === 0) {
        for (let word = 0; word < dataWords; word += 1) this.valueWords[word] = Atomics.load(this.words, firstDataWord + word);
        if (Atomics.load(this.words, versionWord) === version) break;
      }
      version = Atomics.load(this.words, versionWord);
    }
    this.latestVersion = version;
    this.latest = { bpm: this.values[0], beatOrigin: this.values[1], timeOrigin: this.values[2] };
    return this.latest;
  }
}
