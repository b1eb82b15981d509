import { drumChannel, type Note } from '../../../engine/music/note.js';
import type { Beats } from '../../../engine/music/units.js';
import type { ThereminState } from './grammar-state.js';
import { packNote } from './note-character.js';
import type { NoteScale } from './note-scale.js';

/** The next notes that must come, all at one onset. */
export interface ForcedOnset {
  /** Steps from where the stream stands; 0: they are due now. */
  readonly distance: number;
  /** Characters of the notes, their steps left out. */
  readonly notes: readonly number[];
}

/**
 * Notes that must come, on the grid of the format. Of notes the stream's one part cannot hold (drums among pitched
 * notes or the other way round), nothing is asked.
 */
export class ForcedNotes {
  private readonly onsets: readonly { readonly onset: number; readonly notes: readonly number[] }[];

  constructor(notes: readonly Note[], scale: NoteScale) {
    const byOnset = new Map<number, number[]>();
    for (const { beat, duration, channel, pitch, velocity } of notes) {
      if ((channel === drumChannel) !== (scale.options.channel === drumChannel)) continue;
      const onset = Math.round(beat / scale.stepBeats);
      const fields = {
        velocity: scale.velocityNumber(velocity),
        step: 0,
        duration: scale.durationNumber(countedLength(duration, scale)),
        pitch,
      };
      byOnset.set(onset, [...(byOnset.get(onset) ?? []), packNote(fields)]);
    }
    this.onsets = [...byOnset].sort((a, b) => a[0] - b[0]).map(([onset, characters]) => ({ onset, notes: [...new Set(characters)] }));
  }

  /** `undefined` when nothing more must come. */
  next({ position, notesHere }: ThereminState): ForcedOnset | undefined {
    const from = this.firstFrom(position);
    const here = this.onsets[from];
    if (here === undefined) return undefined;
    if (here.onset === position) {
      const due = here.notes.filter((note) => !notesHere.includes(note));
      if (due.length > 0) return { distance: 0, notes: due };
    }
    const next = here.onset === position ? this.onsets[from + 1] : here;
    return next === undefined ? undefined : { distance: next.onset - position, notes: next.notes };
  }

  /** Whether notes may be written one after the other: none that must come is passed by. */
  allow(state: ThereminState, steps: readonly number[], characters: readonly number[]): boolean {
    let now: ThereminState = state;
    for (const [index, step] of steps.entries()) {
      const forced = this.next(now);
      if (forced !== undefined && step > forced.distance) return false;
      const here = step > 0 ? [] : now.notesHere;
      now = { ...now, position: now.position + step, notesHere: [...here, characters[index]] };
    }
    return true;
  }

  private firstFrom(position: number): number {
    let low = 0;
    let high = this.onsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.onsets[middle].onset < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function countedLength(beats: Beats, { isInSeconds, options }: NoteScale): number {
  return isInSeconds ? (beats * 60) / options.bpm : beats;
}
