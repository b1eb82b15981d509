import { ContinuoError } from '../../../engine/errors.js';
import { drumChannel } from '../../../engine/music/note.js';
import type { TickNote, TickScore } from '../../../engine/music/tick-score.js';
import { largestPitch, largestStep, packNote } from './note-character.js';
import { roundHalfEven, type NoteScale } from './note-scale.js';
import type { ThereminOptions } from './options.js';
import { TempoMap } from './tempo-map.js';

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
  const notes = timedNotes(score, scale);
  return scale.isReference ? packAsReference(notes, scale) : packCleanly(notes, scale);
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
export function packCleanly(notes: readonly TimedNote[], scale: NoteScale): Int32Array {
  const placed = notes.map(({ start, end, pitch, velocity }) => ({
    onset: Math.round(scale.steps(start)),
    character: packNote({
      velocity: scale.velocityNumber(velocity),
      step: 0,
      duration: scale.durationNumber(end - start),
      pitch,
    }),
    pitch,
  }));
  placed.sort((a, b) => a.onset - b.onset || a.pitch - b.pitch || a.character - b.character);
  const result = new Int32Array(placed.length);
  let position = 0;
  let lastOnset = 0;
  for (const [index, { onset, character }] of placed.entries()) {
    const step = onset === lastOnset ? 0 : Math.min(largestStep, onset - position);
    position += step;
    lastOnset = onset;
    result[index] = character | (step << 12);
  }
  return result;
}

function timedNotes(score: TickScore, scale: NoteScale): TimedNote[] {
  const time = timeOf(score, scale);
  const notes: TimedNote[] = [];
  for (const track of score.tracks) {
    for (const event of track) {
      if (event.type !== 'note' || !isWanted(event, scale.options)) continue;
      notes.push({
        start: time(event.tick),
        end: time(event.tick + event.duration),
        pitch: event.pitch,
        velocity: event.velocity,
      });
    }
  }
  return notes;
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
