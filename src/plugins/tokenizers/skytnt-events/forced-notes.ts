import { drumChannel, type Note } from '../../../engine/music/note.js';
import { noteKey, type Past } from './grammar-state.js';
import { stepsPerBeat } from './row-event.js';

/** A note the stream must contain, on the grid of the format. Steps count from the beginning of the stream. */
export interface ForcedNote {
  readonly step: number;
  /** Step at which it ends, later than {@link step}. */
  readonly end: number;
  readonly channel: number;
  readonly pitch: number;
  readonly velocity: number;
}

const longestDuration = 2047;

interface RoomQuestion {
  readonly index: number;
  readonly ends: readonly number[];
  readonly polyphony: number;
  readonly until: number;
}

/** The notes a stream is written around, in order of time. What is no MIDI note is left out. */
export class ForcedNotes {
  private readonly notes: readonly ForcedNote[];
  /** Steps of the longest of them. */
  private readonly longest: number;
  /** The last question after room: the columns of one row ask the same. */
  private asked: RoomQuestion | undefined;

  constructor(notes: readonly Note[]) {
    this.notes = notes.flatMap(onGrid).sort((a, b) => a.step - b.step);
    this.longest = this.notes.reduce((longest, { step, end }) => Math.max(longest, end - step), 0);
  }

  /** The note with this index; `undefined` past the last. */
  at(index: number): ForcedNote | undefined {
    return this.notes[index];
  }

  /** Index of the next that is to come. One that stands where the stream is is past once it has been said. */
  nextAfter({ position, notesHere }: Past): number {
    let index = this.firstFrom(position);
    while (index < this.notes.length && this.notes[index].step === position && isAmong(notesHere, this.notes[index])) index += 1;
    return index;
  }

  /** How many come from the one with this index on, before a step. */
  countBefore(index: number, step: number): number {
    return this.firstFrom(step) - index;
  }

  /**
   * The first onset among those from `index` on at which one more sounding note would be one too many; Infinity for
   * none that a note begun before them could reach. `ends`: when the notes end that sound already.
   */
  roomUntil(index: number, ends: readonly number[], polyphony: number): number {
    if (polyphony === Infinity || index >= this.notes.length) return Infinity;
    const { asked } = this;
    if (asked?.index !== index || asked.ends !== ends || asked.polyphony !== polyphony) {
      this.asked = { index, ends, polyphony, until: this.findRoom(index, ends, polyphony) };
    }
    return (this.asked as RoomQuestion).until;
  }

  /** Pitches of one channel on which any of them sounds between two steps. */
  pitchesBetween(channel: number, from: number, until: number): number[] {
    const pitches: number[] = [];
    for (let index = this.firstFrom(from - this.longest); index < this.notes.length; index += 1) {
      const note = this.notes[index];
      if (note.step >= until) break;
      if (note.channel === channel && note.end > from) pitches.push(note.pitch);
    }
    return pitches;
  }

  /** The next onset after a step on one channel and pitch; Infinity for none. */
  nextOnset(channel: number, pitch: number, step: number): number {
    for (let index = this.firstFrom(step + 1); index < this.notes.length; index += 1) {
      const note = this.notes[index];
      if (note.step > step + longestDuration) break;
      if (note.channel === channel && note.pitch === pitch) return note.step;
    }
    return Infinity;
  }

  private findRoom(index: number, ends: readonly number[], polyphony: number): number {
    const furthest = this.notes[index].step + longestDuration;
    let sounding: readonly number[] = ends;
    for (let at = index; at < this.notes.length; at += 1) {
      const { step, end, channel } = this.notes[at];
      if (step > furthest) break;
      if (channel === drumChannel) continue;
      sounding = [...sounding.filter((other) => other > step), end];
      if (sounding.length >= polyphony) return step;
    }
    return Infinity;
  }

  private firstFrom(step: number): number {
    let low = 0;
    let high = this.notes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.notes[middle].step < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isAmong(keys: readonly number[], { channel, pitch }: ForcedNote): boolean {
  return keys.includes(noteKey(channel, pitch));
}

function onGrid({ beat, duration, channel, pitch, velocity }: Note): ForcedNote[] {
  const isNote = isWithin(channel, 15) && isWithin(pitch, 127) && Number.isFinite(beat) && duration > 0 && Number.isFinite(velocity);
  if (!isNote) return [];
  const step = Math.round(beat * stepsPerBeat);
  const steps = Math.max(1, Math.min(longestDuration, Math.round(duration * stepsPerBeat)));
  return [{ step, end: step + steps, channel, pitch, velocity: Math.max(1, Math.min(127, Math.round(velocity))) }];
}

function isWithin(value: number, highest: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= highest;
}
