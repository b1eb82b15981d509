import type { DecodedEvent } from '../contracts/tokenizer.js';
import { compareNotes } from '../music/note.js';
import { emptyScore, type Score } from '../music/score.js';
import type { Beats } from '../music/units.js';
import { eventBeat } from './event-beat.js';

/** How far back a composer may look when it reads its history again. */
const rememberedBeats: Beats = 512;
const trimEvery = 256;

/** What was played and composed, as the model would say it. Bounded: of the far past only what still holds is kept. */
export class ComposerMemory {
  private kept: Score = emptyScore;
  private events: DecodedEvent[] = [];

  /** Takes the part of a score before `beat` as all there is. */
  replace(score: Score, beat: Beats): void {
    this.events = [];
    this.kept = trim(before(score, beat), beat - rememberedBeats);
  }

  get score(): Score {
    this.settle();
    return this.kept;
  }

  add(event: DecodedEvent): void {
    this.events.push(event);
    if (this.events.length < trimEvery) return;
    this.settle();
    this.kept = trim(this.kept, eventBeat(event) - rememberedBeats);
  }

  forgetFrom(beat: Beats): void {
    this.kept = before(this.score, beat);
  }

  /** Moves the events that came in into the score. */
  private settle(): void {
    if (this.events.length === 0) return;
    const { events, kept } = this;
    this.events = [];
    this.kept = {
      notes: [...kept.notes, ...events.flatMap((event) => (event.type === 'note' ? [event.note] : []))].sort(compareNotes),
      programs: [...kept.programs, ...events.flatMap((event) => (event.type === 'program' ? [event.mark] : []))],
      controls: [...kept.controls, ...events.flatMap((event) => (event.type === 'control' ? [event.mark] : []))],
      tempos: [...kept.tempos, ...events.flatMap((event) => (event.type === 'tempo' ? [event.mark] : []))],
      meters: [...kept.meters, ...events.flatMap((event) => (event.type === 'meter' ? [event.mark] : []))],
      keys: [...kept.keys, ...events.flatMap((event) => (event.type === 'key' ? [event.mark] : []))],
    };
  }
}

/** What begins before a beat. */
export function before(score: Score, beat: Beats): Score {
  const earlier = <T extends { readonly beat: Beats }>(items: readonly T[]): T[] => items.filter((item) => item.beat < beat);
  return {
    notes: earlier(score.notes),
    programs: earlier(score.programs),
    controls: earlier(score.controls),
    tempos: earlier(score.tempos),
    meters: earlier(score.meters),
    keys: earlier(score.keys),
  };
}

/** Of notes what is not older than `oldest`; of marks also what was in force then. */
export function trim(score: Score, oldest: Beats): Score {
  return {
    notes: score.notes.filter((note) => note.beat >= oldest),
    programs: inForce(score.programs, oldest, (mark) => mark.channel),
    controls: inForce(score.controls, oldest, (mark) => mark.channel * 128 + mark.controller),
    tempos: inForce(score.tempos, oldest, () => 0),
    meters: inForce(score.meters, oldest, () => 0),
    keys: inForce(score.keys, oldest, () => 0),
  };
}

function inForce<T extends { readonly beat: Beats }>(marks: readonly T[], oldest: Beats, slot: (mark: T) => number): T[] {
  const last = new Map<number, T>();
  for (const mark of marks) if (mark.beat < oldest) last.set(slot(mark), mark);
  return [...last.values(), ...marks.filter((mark) => mark.beat >= oldest)];
}

/** Whether a score has the note of an event: a format that tells notes late tells some of them again after a rewind. */
export function holds({ notes }: Score, event: DecodedEvent): boolean {
  if (event.type !== 'note') return true;
  const { beat, pitch, channel } = event.note;
  return notes.some((note) => note.beat === beat && note.pitch === pitch && note.channel === channel);
}
