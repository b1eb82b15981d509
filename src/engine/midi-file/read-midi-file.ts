import { parseMidi, type MidiEvent } from 'midi-file';
import type { TickEvent, TickNote, TickScore } from '../music/tick-score.js';
import { assembleFile } from './track-writer.js';
import { wellFormed, type WellFormedOptions } from './well-formed.js';

export interface MidiFileContents {
  /** 0, 1 or 2. The patterns of format 2 are tracks that all start at tick 0: see `remarks`. */
  readonly format: number;
  readonly score: TickScore;
  /** What was damaged or unusual in the file and how it was read, one sentence each. */
  readonly remarks: readonly string[];
}

/**
 * A Standard MIDI File as events in integer ticks, tracks and the order of events kept. Note-ons pair with note-offs
 * first in, first out, by channel and pitch within a track; a note stands where it ends; note-offs of nothing are
 * ignored; notes without an end are closed at the end of their track and stand last. Where notes that begin together end
 * in another order, the notes of the track say in which they began.
 * @throws ContinuoError badMidiFile when the bytes hold no readable MIDI file.
 */
export function readMidiFile(file: Uint8Array, options: WellFormedOptions = { patternsInSequence: false }): MidiFileContents {
  const { ticksPerBeat, tracks, format, remarks } = wellFormed(file, options);
  return { format, remarks, score: { ticksPerBeat, tracks: tracks.map((pieces) => readTrack(eventsOf(pieces, ticksPerBeat))) } };
}

/** {@link readMidiFile} for callers that want the music alone. */
export function readTickScore(file: Uint8Array): TickScore {
  return readMidiFile(file).score;
}

/** The events of a track whose pieces are read one at a time: those of a long file would fill the memory. */
function* eventsOf(pieces: readonly Uint8Array[], ticksPerBeat: number): Generator<MidiEvent> {
  for (const piece of pieces) yield* parseMidi(assembleFile(0, ticksPerBeat, [piece])).tracks[0];
}

function readTrack(events: Iterable<MidiEvent>): TickEvent[] {
  const result: TickEvent[] = [];
  const sounding = new SoundingNotes();
  let tick = 0;
  for (const event of events) {
    tick += event.deltaTime;
    if (event.type === 'noteOn') {
      sounding.start({
        type: 'note',
        tick,
        duration: 0,
        channel: event.channel,
        pitch: event.noteNumber,
        velocity: event.velocity,
      });
    } else if (event.type === 'noteOff') {
      const note = sounding.end(event.channel, event.noteNumber, tick);
      if (note !== undefined) result.push(note);
    } else {
      const mark = readMark(event, tick);
      if (mark !== undefined) result.push(mark);
    }
  }
  for (const note of sounding.endAll(tick)) result.push(note);
  return sounding.ordered(result);
}

function readMark(event: MidiEvent, tick: number): TickEvent | undefined {
  switch (event.type) {
    case 'programChange':
      return { type: 'program', tick, channel: event.channel, program: event.programNumber };
    case 'controller':
      return { type: 'control', tick, channel: event.channel, controller: event.controllerType, value: event.value };
    case 'setTempo':
      return { type: 'tempo', tick, microsPerBeat: event.microsecondsPerBeat };
    case 'timeSignature':
      return {
        type: 'meter',
        tick,
        numerator: event.numerator,
        denominatorPower: Math.log2(event.denominator),
        clocksPerClick: event.metronome,
        thirtySecondsPerBeat: event.thirtyseconds,
      };
    case 'keySignature':
      return { type: 'key', tick, sharps: event.key, minor: event.scale === 1 };
    default:
      return undefined;
  }
}

/** Ended in place: a copy of each would outlive the notes of a long track for nothing. */
type BegunNote = { -readonly [Key in keyof TickNote]: TickNote[Key] };

/** The notes of one track that have begun and not ended. */
class SoundingNotes {
  private readonly queues = new Map<number, { notes: number[]; next: number }>();
  private readonly begun: BegunNote[] = [];
  /** Orders of the notes that have ended, as they ended. */
  private readonly ended: number[] = [];
  private readonly hasEnded: boolean[] = [];
  private isInOrder = true;

  /** Keeps the note, and changes it when it ends. */
  start(note: BegunNote): void {
    const key = note.channel * 128 + note.pitch;
    const order = this.begun.push(note) - 1;
    this.hasEnded.push(false);
    const queue = this.queues.get(key);
    if (queue === undefined) this.queues.set(key, { notes: [order], next: 0 });
    else queue.notes.push(order);
  }

  /** The oldest such note, ended at `tick`. */
  end(channel: number, pitch: number, tick: number): TickNote | undefined {
    const queue = this.queues.get(channel * 128 + pitch);
    const order = queue?.notes[queue.next];
    if (queue === undefined || order === undefined) return undefined;
    queue.next += 1;
    return this.finish(order, tick);
  }

  *endAll(tick: number): Generator<TickNote> {
    for (const { notes, next } of this.queues.values()) {
      for (const order of notes.slice(next)) yield this.finish(order, tick);
    }
  }

  /** The events of the track, whose notes are those that ended; they say their order where it is not that of their ends. */
  ordered(events: TickEvent[]): TickEvent[] {
    if (this.isInOrder) return events;
    let next = 0;
    return events.map((event) => (event.type === 'note' ? { ...event, order: this.ended[next++] } : event));
  }

  private finish(order: number, tick: number): TickNote {
    const note = this.begun[order];
    // Notes that begin together follow each other in the order they begin in.
    if (order > 0 && this.begun[order - 1].tick === note.tick && !this.hasEnded[order - 1]) this.isInOrder = false;
    this.hasEnded[order] = true;
    this.ended.push(order);
    note.duration = tick - note.tick;
    return note;
  }
}
