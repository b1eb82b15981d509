import type { BeatGrid } from './beat-grid.js';
import { durationOf, stepOf, withoutStep } from './note-character.js';

/** Notes remembered of one onset, and of all that sound: more are no music. */
const mostRemembered = 128;

/** Where a stream stands: an immutable value. */
export interface ThereminState {
  /** Bytes that the unfinished character still needs, 0..3. */
  readonly bytesDue: number;
  /** What the bytes before them said. */
  readonly bits: number;
  /** Steps from the start of the stream to the last onset. */
  readonly position: number;
  /** Characters of the notes there, their steps taken out. */
  readonly notesHere: readonly number[];
  /** Notes in the beat of `position`. */
  readonly onsetsInBeat: number;
  /** Where the notes that sound after `position` end, in steps. */
  readonly ends: readonly number[];
}

export const initialState: ThereminState = { bytesDue: 0, bits: 0, position: 0, notesHere: [], onsetsInBeat: 0, ends: [] };

/** The state after some whole notes. @param lengths steps that each duration number lasts */
export function afterNotes(state: ThereminState, notes: Int32Array, grid: BeatGrid, lengths: Float64Array): ThereminState {
  let { position, notesHere, onsetsInBeat, ends } = state;
  for (const note of notes) {
    const step = stepOf(note);
    if (step > 0) {
      const beat = grid.beatOf(position);
      position += step;
      if (grid.beatOf(position) !== beat) onsetsInBeat = 0;
      notesHere = [];
      ends = ends.filter((end) => end > position);
    }
    onsetsInBeat += 1;
    notesHere = [...notesHere.slice(1 - mostRemembered), withoutStep(note)];
    ends = [...ends.slice(1 - mostRemembered), position + lengths[durationOf(note)]];
  }
  return { bytesDue: 0, bits: 0, position, notesHere, onsetsInBeat, ends };
}
