import { ContinuoError } from '../../errors.js';
import type { Beats } from '../../music/units.js';
import type { Plan } from '../plan.js';
import { movePassage, type Passage } from './passage.js';

/** A performer who sends melodies without end is told to wait. */
const mostPassages = 256;
const mostNotes = 4096;

/** Passages that were given to a deck and are not past, in order of their beginning. Bounded. Thread: main. Blocks: no. */
export class ForcedPassages {
  private list: readonly Passage[] = [];

  /** In order of their beginning. The same object while they are the same. */
  get all(): readonly Passage[] {
    return this.list;
  }

  /** These take the place of all that there are. */
  become(passages: readonly Passage[]): void {
    this.list = passages;
  }

  hasRoomFor(passage: Passage): boolean {
    const notes = this.list.reduce((sum, { music }) => sum + notesIn(music), notesIn(passage.music));
    return this.list.length < mostPassages && notes <= mostNotes;
  }

  /** Errors: `badValue` where it is too much by itself, `queueFull` where it is with what waits. */
  add(passage: Passage): void {
    const count = notesIn(passage.music);
    if (count > mostNotes) throw new ContinuoError('badValue', `This has ${count} notes; a deck takes ${mostNotes} at once: give a shorter part.`);
    if (!this.hasRoomFor(passage)) {
      throw new ContinuoError('queueFull', `A deck holds ${mostPassages} passages with ${mostNotes} forced notes at most; wait until some have been played, or send forget-forced.`);
    }
    this.list = [...this.list, passage].sort((a, b) => a.fromBeat - b.fromBeat);
  }

  /** Those that touch `fromBeat` .. `untilBeat` (exclusive). */
  between(fromBeat: Beats, untilBeat: Beats): readonly Passage[] {
    return this.list.filter((passage) => passage.untilBeat > fromBeat && passage.fromBeat < untilBeat);
  }

  /** Forgets what begins at or after `beat`; of what has begun, the rest stands. */
  dropFrom(beat: Beats): void {
    this.list = this.list.filter((passage) => passage.fromBeat < beat);
  }

  /** Keeps what has been heard of the music that comes again. Call it often. */
  keep(plan: Plan, now: Beats): void {
    for (const { music, fromBeat, untilBeat } of this.list) {
      if ('memory' in music) music.memory.keep(plan, music.sourceBeat, untilBeat - fromBeat, now);
    }
  }

  /** Forgets what ended before `beat`. */
  forgetBefore(beat: Beats): void {
    if (this.list.some((passage) => passage.untilBeat <= beat)) this.list = this.list.filter((passage) => passage.untilBeat > beat);
  }

  /** The host jumped: the music moves, and they with it. */
  move(by: Beats): void {
    this.list = this.list.map((passage) => movePassage(passage, by));
  }
}

function notesIn(music: Passage['music']): number {
  return 'notes' in music ? music.notes.length : 0;
}
