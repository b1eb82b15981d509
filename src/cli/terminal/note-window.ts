import type { EngineEvent } from '../../engine/events.js';
import type { Note } from '../../engine/music/note.js';
import type { Beats } from '../../engine/music/units.js';

/** Beats of the past that are still drawn at the widest. */
const keptBeats: Beats = 128;

/** A note, and who plays it. */
export interface DeckNote extends Note {
  readonly deck: number;
}

/** The notes a screen may draw: what every deck has planned, less what was taken back. */
export class NoteWindow {
  private readonly byDeck = new Map<number, readonly Note[]>();

  take(event: EngineEvent): void {
    if (event.type === 'planned') this.byDeck.set(event.deck, [...this.ofDeck(event.deck), ...event.notes]);
    if (event.type === 'discarded') this.keep(event.deck, (note) => note.beat < event.fromBeat);
  }

  /** All notes in view; forgets those long past, and what decks had to come that are no more. */
  notes(nowBeat: Beats, decks: readonly number[]): readonly DeckNote[] {
    for (const deck of this.byDeck.keys()) if (!decks.includes(deck)) this.keep(deck, (note) => note.beat < nowBeat);
    for (const deck of this.byDeck.keys()) this.keep(deck, (note) => note.beat > nowBeat - keptBeats);
    return [...this.byDeck].flatMap(([deck, notes]) => notes.map((note) => ({ ...note, deck })));
  }

  private ofDeck(deck: number): readonly Note[] {
    return this.byDeck.get(deck) ?? [];
  }

  private keep(deck: number, wanted: (note: Note) => boolean): void {
    this.byDeck.set(deck, this.ofDeck(deck).filter(wanted));
  }
}
