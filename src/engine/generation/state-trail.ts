import type { Beats } from '../music/units.js';

/** Longer than the longest horizon and a bar: what sounds now was decided on this long ago at most. */
const rememberedBeats: Beats = 80;

interface Entry {
  readonly beat: Beats;
  readonly state: Float32Array;
}

/** A model's memory where it decided on the music of the last beats, one of a beat at most. */
export class StateTrail {
  private entries: Entry[] = [];

  /** Takes a snapshot where none was taken since the beat of `beat` began. */
  note(beat: Beats, snapshot: () => Float32Array | undefined): void {
    const last = this.entries.at(-1);
    if (last && Math.floor(last.beat) >= Math.floor(beat)) return;
    const state = snapshot();
    if (!state) return;
    this.entries.push({ beat, state });
    if (this.entries[0].beat < beat - rememberedBeats) this.entries.shift();
  }

  /** What was noted at or after `beat` is to be noted anew. */
  forgetFrom(beat: Beats): void {
    this.entries = this.entries.filter((entry) => entry.beat < beat);
  }

  /** A copy of the memory that the music at `beat` came from; the first there is where that is not known. */
  at(beat: Beats): Float32Array | undefined {
    return (this.entries.findLast((entry) => entry.beat <= beat) ?? this.entries.at(0))?.state.slice();
  }
}
