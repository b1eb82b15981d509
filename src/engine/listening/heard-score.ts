import { compareNotes, endBeat, type Note } from '../music/note.js';
import type { ControlMark } from '../music/score.js';
import type { Beats } from '../music/units.js';

/** As much of the past as a deck remembers of its own. */
const rememberedBeats: Beats = 512;
const mostNotes = 16_384;
const mostControls = 16_384;
/** No note is longer, be it heard or told of. */
const longestBeats: Beats = 64;

/** What was heard and has ended, or was told of ahead of time, in session beats, sorted. Bounded: the far past is forgotten. */
export class HeardScore {
  private notes: Note[] = [];
  private controls: ControlMark[] = [];

  add(note: Note): void {
    insert(this.notes, note, compareNotes);
    this.forget(note.beat);
  }

  control(mark: ControlMark): void {
    insert(this.controls, mark, (a, b) => a.beat - b.beat);
    this.forget(mark.beat);
  }

  notesBetween(fromBeat: Beats, untilBeat: Beats): readonly Note[] {
    return this.notes.filter((note) => note.beat >= fromBeat && note.beat < untilBeat);
  }

  controlsBetween(fromBeat: Beats, untilBeat: Beats): readonly ControlMark[] {
    return this.controls.filter((mark) => mark.beat >= fromBeat && mark.beat < untilBeat);
  }

  /** Where the last note begins, be it heard or told of; -Infinity: there is none. */
  get last(): Beats {
    return this.notes.at(-1)?.beat ?? -Infinity;
  }

  /** Where the last note began that began up to a beat; -Infinity: none did. */
  lastOnset(untilBeat: Beats): Beats {
    return this.notes.findLast((note) => note.beat <= untilBeat)?.beat ?? -Infinity;
  }

  /** Where the last to sound of those ends; -Infinity: there are none. */
  lastEnd(untilBeat: Beats): Beats {
    let last = -Infinity;
    for (let at = this.notes.length - 1; at >= 0 && this.notes[at].beat + longestBeats > last; at -= 1) {
      if (this.notes[at].beat <= untilBeat) last = Math.max(last, endBeat(this.notes[at]));
    }
    return last;
  }

  shift(by: Beats): void {
    this.notes = this.notes.map((note) => ({ ...note, beat: note.beat + by }));
    this.controls = this.controls.map((mark) => ({ ...mark, beat: mark.beat + by }));
  }

  private forget(nowBeat: Beats): void {
    const oldest = nowBeat - rememberedBeats;
    if (this.notes.length > mostNotes || (this.notes.length > 0 && this.notes[0].beat < oldest)) {
      this.notes = this.notes.filter((note) => note.beat >= oldest).slice(-mostNotes);
    }
    if (this.controls.length > mostControls || (this.controls.length > 0 && this.controls[0].beat < oldest)) {
      this.controls = this.controls.filter((mark) => mark.beat >= oldest).slice(-mostControls);
    }
  }
}

/** What is heard comes nearly in order: the place is near the end. */
function insert<T>(sorted: T[], item: T, compare: (a: T, b: T) => number): void {
  let at = sorted.length;
  while (at > 0 && compare(sorted[at - 1], item) > 0) at -= 1;
  sorted.splice(at, 0, item);
}
