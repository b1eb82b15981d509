import type { Beats, Micros } from '../music/units.js';
import type { OwnerLimits } from './note-limits.js';
import type { SendCounters } from './send-counters.js';
import type { Key, SoundingNotes } from './sounding-notes.js';

/** Ends the note on a key, heard at `due` or later. */
export type EndNote = (key: Key, due: Micros) => void;

/**
 * The last line of defence of one output: whatever was written, no more notes of an owner sound at once than its limit says,
 * and none for longer. As synthesizers do that run out of voices, the oldest note makes room: what is struck is heard.
 * What a pedal lets ring on is the instrument's. Thread: the lane's. Blocks: no. Allocates: no.
 */
export class NoteLimiter {
  /** When the first of the notes may have sounded for long enough. */
  private earliest: Micros = Infinity;

  constructor(
    private readonly sounding: SoundingNotes,
    private readonly limits: OwnerLimits,
    private readonly counters: SendCounters,
    private readonly end: EndNote,
  ) {}

  /** When {@link look} has something to do, as it is heard. */
  get due(): Micros {
    return this.sounding.count === 0 ? Infinity : this.earliest;
  }

  /** Ends the owner's oldest notes until one more may begin, which is heard at `due`. */
  makeRoom(owner: number, due: Micros): void {
    this.trim(owner, this.limits.mostSounding(owner) - 1, due);
  }

  /** The longest that a note may be that begins at a tempo. */
  longestBeats(owner: number, beatMicros: Micros): Beats {
    return this.limits.longestMicros(owner) / beatMicros;
  }

  /** A note begins to be heard. `isShortened`: it was written longer than it may be. */
  began(key: Key, isShortened: boolean): void {
    const { sounding } = this;
    const owner = sounding.ownerOf(key);
    if (isShortened) {
      sounding.markShortened(key);
      this.counters.noteCut(owner);
    }
    this.earliest = Math.min(this.earliest, sounding.heardFrom(key) + this.limits.longestMicros(owner));
  }

  /** Ends what has been heard for long enough at `heard`. */
  look(heard: Micros): void {
    const { sounding, limits } = this;
    this.earliest = Infinity;
    for (let key = sounding.oldest(); key >= 0; ) {
      const next = sounding.nextOldest(key);
      const owner = sounding.ownerOf(key);
      const due = sounding.heardFrom(key) + limits.longestMicros(owner);
      if (due > heard) {
        this.earliest = Math.min(this.earliest, due);
      } else {
        if (!sounding.isShortened(key)) this.counters.noteCut(owner);
        this.end(key, due);
      }
      key = next;
    }
  }

  /** The owner's limits are others: they hold at once. */
  changed(owner: number, heard: Micros): void {
    this.trim(owner, this.limits.mostSounding(owner), heard);
    this.look(heard);
  }

  private trim(owner: number, most: number, due: Micros): void {
    while (this.sounding.countOf(owner) > most) {
      this.end(this.sounding.oldest(owner), due);
      this.counters.noteStolen(owner);
    }
  }
}
