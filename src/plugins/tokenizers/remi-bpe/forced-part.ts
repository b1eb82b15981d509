import type { MusicConstraint } from '../../../engine/music/constraint.js';
import { drumChannel, type Note } from '../../../engine/music/note.js';
import { onGrid, type ForcedNote } from './forced-phrases.js';
import type { ForcedDue, Forcing } from './forcing.js';
import { Phase, type PhraseCursor } from './phrase-cursor.js';
import { positionId } from './phrase-vocabulary.js';

/** Forced notes where there is one part: at their places in its track, which nothing goes past. Drums are left out. */
export class ForcedPart implements Forcing<PhraseCursor> {
  private readonly parts = new WeakMap<readonly Note[], readonly ForcedNote[]>();

  due(cursor: PhraseCursor, { forcedNotes }: MusicConstraint): ForcedDue | undefined {
    if (forcedNotes === undefined || forcedNotes.length === 0 || !cursor.isInBar) return undefined;
    const notes = this.partOf(forcedNotes);
    const { phase, barStart, barLength, lastPitch } = cursor;
    const isMidNote = phase === Phase.pitch || phase === Phase.velocity;
    // Behind the track of a bar nothing can come in it any more; before one, all of it can.
    const place = barStart + (phase <= Phase.head && cursor.program >= 0 ? barLength : cursor.position);
    const begun = isMidNote ? notes.find(({ at, pitch }) => at === place && pitch === lastPitch) : undefined;
    if (begun) return { spelling: begun.symbols.slice(phase === Phase.pitch ? 1 : 2), isAlone: true, latest: begun.at };
    const next = notes.find(({ at, pitch }) => at > place || (at === place && pitch > lastPitch));
    if (next === undefined || next.at >= barStart + barLength) return undefined;
    const { at, symbols } = next;
    if (at === place && !isMidNote) return { spelling: symbols, isAlone: true, latest: at };
    const spelling = phase === Phase.program || phase === Phase.note ? [positionId(at - barStart), ...symbols] : [];
    return { spelling, isAlone: false, latest: at };
  }

  private partOf(notes: readonly Note[]): readonly ForcedNote[] {
    let part = this.parts.get(notes);
    if (part === undefined) {
      part = onGrid(notes.filter(({ channel }) => channel !== drumChannel));
      this.parts.set(notes, part);
    }
    return part;
  }
}
