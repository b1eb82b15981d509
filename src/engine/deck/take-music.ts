import type { ComposedSpan } from '../contracts/composer.js';
import type { Note } from '../music/note.js';
import type { ControlMark, ProgramMark } from '../music/score.js';
import { sameBeat, type Beats } from '../music/units.js';
import { moveSpan } from './move-span.js';

/** More than an hour of dense music; it takes some megabytes. */
const mostItems = 65_536;

interface Placed {
  readonly beat: Beats;
}

/** What was played, by beat. */
export interface PlayedMusic {
  between(fromBeat: Beats, untilBeat: Beats): Pick<ComposedSpan, 'notes' | 'programs' | 'controls'>;
}

/** The music of a take as it was played, in order. What is put in the place of other music takes the place of all that came after it. Bounded. Thread: main. */
export class TakeMusic implements PlayedMusic {
  private notes: Note[] = [];
  private programs: ProgramMark[] = [];
  private controls: ControlMark[] = [];
  private until: Beats = 0;

  /** Exclusive. */
  get untilBeat(): Beats {
    return this.until;
  }

  begin(atBeat: Beats): void {
    this.notes = [];
    this.programs = [];
    this.controls = [];
    this.until = atBeat;
  }

  /** Takes a span that lies `shift` beats later than it is to be kept. False where there is no room for it. */
  put(span: ComposedSpan, shift: Beats): boolean {
    const { fromBeat, untilBeat, notes, programs, controls } = moveSpan(span, 0 - shift);
    for (const items of [this.notes, this.programs, this.controls]) {
      while (items.length > 0 && items[items.length - 1].beat >= fromBeat - sameBeat) items.pop();
    }
    this.until = fromBeat;
    const count = [notes, programs, controls].reduce((sum, { length }) => sum + length, 0);
    if (this.notes.length + this.programs.length + this.controls.length + count > mostItems) return false;
    this.notes.push(...inOrder(notes));
    this.programs.push(...inOrder(programs));
    this.controls.push(...inOrder(controls));
    this.until = untilBeat;
    return true;
  }

  copy(): PlayedMusic {
    const copy = new TakeMusic();
    copy.notes = this.notes.slice();
    copy.programs = this.programs.slice();
    copy.controls = this.controls.slice();
    return copy;
  }

  between(fromBeat: Beats, untilBeat: Beats): Pick<ComposedSpan, 'notes' | 'programs' | 'controls'> {
    const within = <T extends Placed>(items: readonly T[]): T[] => items.slice(firstFrom(items, fromBeat), firstFrom(items, untilBeat));
    return { notes: within(this.notes), programs: within(this.programs), controls: within(this.controls) };
  }
}

function inOrder<T extends Placed>(items: readonly T[]): readonly T[] {
  return [...items].sort((one, other) => one.beat - other.beat);
}

/** Where in a list the first lies that comes at a beat or after it. */
function firstFrom(items: readonly Placed[], beat: Beats): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (items[middle].beat < beat - sameBeat) low = middle + 1;
    else high = middle;
  }
  return low;
}
