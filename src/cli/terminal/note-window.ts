import type { EngineEvent } from '../../engine/events.js';
import type { Note } from '../../engine/music/note.js';
import type { Beats } from '../../engine/music/units.js';

/** Beats of the past that are still drawn at the widest. */
const keptBeats: Beats = 128;

/** The notes a screen may draw: what every deck has planned, less what was taken back. */
export class NoteWindow {
  private readonly byDeck = new Map<number, readonly Note[]>();

  take(event: EngineEvent): void {
    if (event.type === 'planned') this.byDeck.set(event.deck, [...this.ofDeck(event.deck), ...event.notes]);
    if (event.type === 'discarded') this.keep(event.deck, (note) => note.beat < event.fromBeat);
  }

  /** All notes in view; forgets those long past. */
  notes(nowBeat: Beats): readonly Note[] {
    for (const deck of this.byDeck.keys()) this.keep(deck, (note) => note.beat > nowBeat - keptBeats);
    return [...this.byDeck.values()].flat();
  }

  private ofDeck(deck: number): readonly Note[] {
    return this.byDeck.get(deck) ?? [];
  }

  private keep(deck: number, wanted: (note: Note) => boolean): void {
    this.byDeck.set(deck, this.ofDeck(deck).filter(wanted));
  }
}
