import type { EngineEvent } from '../../../src/engine/events.js';
import type { Note } from '../../../src/engine/music/note.js';

export interface PlannedNote {
  readonly deck: number;
  readonly note: Note;
}

/** What was to be played after all these events, in the order of playing. */
export function plannedNotes(events: readonly EngineEvent[]): readonly PlannedNote[] {
  let planned: PlannedNote[] = [];
  for (const event of events) {
    if (event.type === 'planned') planned.push(...event.notes.map((note) => ({ deck: event.deck, note })));
    if (event.type === 'discarded') planned = planned.filter(({ deck, note }) => deck !== event.deck || note.beat < event.fromBeat);
  }
  return planned.sort((a, b) => a.note.beat - b.note.beat);
}
