import { ContinuoError } from '../../../engine/errors.js';
import { drumChannel } from '../../../engine/music/note.js';
import type { TickNote, TickScore } from '../../../engine/music/tick-score.js';
import { largestDuration, largestPitch, largestStep, packNote } from './note-character.js';
import { roundHalfEven, type NoteScale } from './note-scale.js';
import type { ThereminOptions } from './options.js';
import { TempoMap } from './tempo-map.js';

/** Different notes at one onset. */
const notesOfKey = 2 ** 14;

/** A note in beats or seconds, whichever the scale counts. */
export interface TimedNote {
  readonly start: number;
  readonly end: number;
  readonly pitch: number;
  readonly velocity: number;
}

/** The note characters of a score. Errors: `badMidiFile` when its ticks say no time. */
export function encodeCharacters(score: TickScore, scale: NoteScale): Int32Array {
  if (!(score.ticksPerBeat >= 1)) {
    throw new ContinuoError('badMidiFile', `The file has ${score.ticksPerBeat} ticks a beat, so nothing in it has a time; export it again.`);
  }
  if (scale.isReference) return packAsReference([...timedNotes(score, scale)], scale);
  const events = score.tracks.reduce((sum, track) => sum + track.length, 0);
  return packCleanly(timedNotes(score, scale), events, scale);
}

/**
 * As the reference: sorted by onset, each step measured from the true onset before, the first 0. Rounding errors and
 * steps that are too long add up when it is decoded.
 */
export function packAsReference(notes: readonly TimedNote[], scale: NoteScale): Int32Array {
  const sorted = [...notes].sort((a, b) => a.start - b.start);
  return Int32Array.from(sorted, ({ start, end, pitch, velocity }, index) =>
    packNote({
      velocity: scale.velocityNumber(velocity),
      step: index === 0 ? 0 : Math.min(largestStep, roundHalfEven(scale.steps(start - sorted[index - 1].start))),
      duration: scale.durationNumber(end - start),
      pitch,
    }),
  );
}

/**
 * Onsets on the grid of steps, counted from the start of the score; notes of one onset by pitch. Each step is measured
 * from where the decoder will be, so that time lost to a rest longer than a step can say is made up at the next onset.
 */
function packCleanly(notes: Iterable<TimedNote>, mostNotes: number, scale: NoteScale): Int32Array {
  const keys = sortedKeys(notes, mostNotes, scale);
  const result = new Int32Array(keys.length);
  let position = 0;
  let lastOnset = 0;
  for (let index = 0; index < keys.length; index += 1) {
    const onset = Math.floor(keys[index] / notesOfKey);
    const note = keys[index] - onset * notesOfKey;
    const step = onset === lastOnset ? 0 : Math.min(largestStep, onset - position);
    position += step;
    lastOnset = onset;
    result[index] = packNote({ velocity: (note >> 5) & 3, step, duration: note & largestDuration, pitch: note >> 7 });
  }
  return result;
}

/** Onset · 2^14 + pitch · 2^7 + velocity · 2^5 + duration of every note, rising: numbers alone, for files of millions. */
function sortedKeys(notes: Iterable<TimedNote>, mostNotes: number, scale: NoteScale): Float64Array {
  const keys = new Float64Array(mostNotes);
  let count = 0;
  for (const { start, end, pitch, velocity } of notes) {
    const onset = Math.round(scale.steps(start));
    keys[count] = onset * notesOfKey + ((pitch << 7) | (scale.velocityNumber(velocity) << 5) | scale.durationNumber(end - start));
    count += 1;
  }
  return keys.subarray(0, count).sort();
}

function* timedNotes(score: TickScore, scale: NoteScale): Generator<TimedNote> {
  const time = timeOf(score, scale);
  for (const track of score.tracks) {
    for (const event of track) {
      if (event.type !== 'note' || !isWanted(event, scale.options)) continue;
      const { tick, duration, pitch, velocity } = event;
      yield { start: time(tick), end: time(tick + duration), pitch, velocity };
    }
  }
}

function timeOf(score: TickScore, scale: NoteScale): (tick: number) => number {
  if (!scale.isInSeconds) return (tick) => tick / score.ticksPerBeat;
  const tempos = new TempoMap(score);
  return (tick) => tempos.secondsOf(tick);
}

function isWanted({ channel, pitch, tick }: TickNote, { parts }: ThereminOptions): boolean {
  if (!(pitch >= 0 && pitch <= largestPitch && tick >= 0)) return false;
  return parts === 'all' || (channel === drumChannel) === (parts === 'drums');
}
