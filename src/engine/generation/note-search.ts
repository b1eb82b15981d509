import type { NoteAnswer } from '../contracts/composer.js';
import type { DecodedEvent, IncrementalDecoder } from '../contracts/tokenizer.js';
import type { Note } from '../music/note.js';
import { sameBeat, type Beats } from '../music/units.js';
import type { ComposingRules } from './composing-rules.js';

/** So far behind what is looked at a note's end is waited for. */
const longestTail: Beats = 16;

/** The stream that a note is looked for in. All notes in the model's key. */
export interface SearchedStream {
  readonly decoder: IncrementalDecoder;
  /** Some ids more, one as a rule; the events they make certain, of which none lies before `fromBeat`. */
  step(rules: ComposingRules): Promise<readonly DecodedEvent[]>;
}

export interface NoteWanted {
  readonly fromBeat: Beats;
  /** Exclusive. */
  readonly untilBeat: Beats;
  readonly rules: ComposingRules;
  /** The rules under which nothing but this note goes on. */
  only(note: Note): ComposingRules;
}

/**
 * The first note that a stream tells, with as few ids as it takes. Where a format tells onsets long before it tells ends, the
 * note is known once all onsets before it are; from then on only its own key is asked for, until it ends.
 */
export async function firstNote(stream: SearchedStream, { fromBeat, untilBeat, rules, only }: NoteWanted, awaited: () => boolean): Promise<NoteAnswer> {
  let found: Note | undefined;
  let asked = rules;
  for (;;) {
    const { decoder } = stream;
    const told = decoder.onsetsUntilBeat ?? decoder.frontierBeat;
    // Of two that begin together the first is told first: nothing goes before a note that could not be any earlier.
    const certain = Math.max(told, fromBeat) + sameBeat;
    const waiting = (decoder.waiting ?? []).filter(({ note }) => note.beat >= fromBeat && note.beat <= certain);
    const first = waiting.find(({ note }) => found === undefined || isSame(note, found));
    if (first?.isOver) return within(first.note, untilBeat);
    if (first && first.note.beat < untilBeat && !found) asked = only(first.note);
    found = first?.note ?? found;
    if (told >= untilBeat + (found ? longestTail : 0)) return found ? within(found, untilBeat) : {};
    if (awaited()) return { isInterrupted: true };
    for (const event of await stream.step(asked)) {
      if (event.type === 'note' && (found === undefined || isSame(event.note, found))) return within(event.note, untilBeat);
    }
  }
}

function within(note: Note, untilBeat: Beats): NoteAnswer {
  return note.beat < untilBeat ? { note } : {};
}

function isSame(one: Note, other: Note): boolean {
  return one.beat === other.beat && one.pitch === other.pitch && one.channel === other.channel;
}
