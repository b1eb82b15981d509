import { ContinuoError } from '../../../engine/errors.js';
import { drumChannel } from '../../../engine/music/note.js';
import type { TickNote, TickScore } from '../../../engine/music/tick-score.js';
import { framesPerBeat } from './vocabulary.js';

/** Notes on the grid, in order of their starts; of one pitch none overlap. `end` is exclusive; -1 marks one left out. */
export interface FrameNotes {
  readonly count: number;
  readonly pitch: Uint8Array;
  readonly velocity: Uint8Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
}

export type Part = 'pitched' | 'drums' | 'all';

/** Beats of a stream: six days of music at 120 bpm. A damaged file may ask for thousands of times more. */
const mostBeats = 2 ** 20;
/** Beats that the notes may last on average, once there are more than a few. */
const mostBeatsOfNote = 4;
const mostNotes = 2 ** 22;

/**
 * The notes of a score on the grid of 48 frames a beat, to the nearest frame. Of two notes that begin together on one
 * pitch the longer length and the greater velocity are kept; a note ends where the next of its pitch begins.
 * @throws ContinuoError badMidiFile when there is no time base, or more music than a stream may hold.
 */
export function notesOnGrid({ ticksPerBeat, tracks }: TickScore, part: Part): FrameNotes {
  if (!(ticksPerBeat >= 1)) {
    throw new ContinuoError('badMidiFile', `A score with ${ticksPerBeat} ticks a beat has no time; give it 1 or more.`);
  }
  const { count, lastTick } = measure(tracks, part);
  if (count >= mostNotes) throw tooLong(`${count} notes`);
  if (lastTick / ticksPerBeat >= mostBeats) throw tooLong(`${Math.floor(lastTick / ticksPerBeat)} beats`);
  return settle(unsettled({ ticksPerBeat, tracks }, part, count));
}

function measure(tracks: TickScore['tracks'], part: Part): { count: number; lastTick: number } {
  let count = 0;
  let lastTick = 0;
  for (const track of tracks) {
    for (const event of track) {
      if (event.type !== 'note' || !isWanted(event, part)) continue;
      count += 1;
      lastTick = Math.max(lastTick, event.tick + event.duration);
    }
  }
  return { count, lastTick };
}

/**
 * The nearest frame, halves up.
 * @example frameOfTick(25, 480) // → 3
 */
export function frameOfTick(tick: number, ticksPerBeat: number): number {
  return Math.floor((2 * framesPerBeat * tick + ticksPerBeat) / (2 * ticksPerBeat));
}

/** The notes as the score has them, in columns: a long score has millions. */
function unsettled({ ticksPerBeat, tracks }: TickScore, part: Part, count: number): FrameNotes {
  const notes = emptyNotes(count);
  let index = 0;
  for (const track of tracks) {
    for (const event of track) {
      if (event.type !== 'note' || !isWanted(event, part)) continue;
      notes.pitch[index] = event.pitch;
      notes.velocity[index] = event.velocity;
      notes.start[index] = frameOfTick(event.tick, ticksPerBeat);
      notes.end[index] = frameOfTick(event.tick + event.duration, ticksPerBeat);
      index += 1;
    }
  }
  return notes;
}

function emptyNotes(count: number): FrameNotes {
  return {
    count,
    pitch: new Uint8Array(count),
    velocity: new Uint8Array(count),
    start: new Int32Array(count),
    end: new Int32Array(count),
  };
}

function settle(notes: FrameNotes): FrameNotes {
  const { count } = notes;
  const keys = new Float64Array(count);
  for (let index = 0; index < count; index += 1) keys[index] = notes.start[index] * mostNotes + index;
  keys.sort();
  const result = emptyNotes(count);
  const previous = new Int32Array(128).fill(-1);
  let cells = 0;
  for (let place = 0; place < count; place += 1) {
    const start = Math.floor(keys[place] / mostNotes);
    const index = keys[place] - start * mostNotes;
    const pitch = notes.pitch[index];
    let end = Math.max(start + 1, notes.end[index]);
    let loudness = notes.velocity[index];
    const before = previous[pitch];
    if (before >= 0 && result.start[before] === start) {
      end = Math.max(end, result.end[before]);
      loudness = Math.max(loudness, result.velocity[before]);
      result.end[before] = -1;
    } else if (before >= 0) {
      result.end[before] = Math.min(result.end[before], start);
    }
    previous[pitch] = place;
    result.pitch[place] = pitch;
    result.velocity[place] = loudness;
    result.start[place] = start;
    result.end[place] = end;
  }
  for (let place = 0; place < count; place += 1) cells += beatsOf(result.start[place], result.end[place]);
  if (cells >= mostBeats + mostBeatsOfNote * count) throw tooLong(`notes that last ${cells} beats together`);
  return result;
}

function beatsOf(start: number, end: number): number {
  return end < 0 ? 0 : Math.floor((end - 1) / framesPerBeat) - Math.floor(start / framesPerBeat) + 1;
}

function isWanted({ tick, duration, channel, pitch, velocity }: TickNote, part: Part): boolean {
  if (part !== 'all' && (channel === drumChannel) !== (part === 'drums')) return false;
  return tick >= 0 && duration >= 0 && pitch >= 0 && pitch <= 127 && velocity >= 1 && velocity <= 127;
}

function tooLong(what: string): ContinuoError {
  return new ContinuoError('badMidiFile', `The score has ${what}, more than a stream of this format may hold; cut it into pieces.`);
}
