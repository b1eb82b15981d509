import type { MusicConstraint, PitchClassWish } from '../music/constraint.js';
import { detectKey, semitonesToC, transposePitch } from '../music/key.js';
import { drumChannel, type Note } from '../music/note.js';
import { sameBeat, type Beats } from '../music/units.js';

/** From here on a key is taken for certain. */
export const clearKey = 2;

/** How much of the past the key is heard in. */
const keyBeats: Beats = 64;
/**
 * The key is judged anew so often, and for so long: a past that grows is not moved to and fro by every note, and what is told of it
 * while it grows begins as what is told where it ends.
 */
const judgedEvery: Beats = 4;
/** Fewer notes than these do not settle it. */
const enoughNotes = 16;

/** Semitones that bring these notes into the model's key, C major or A minor. */
export function shiftIntoModelKey(notes: readonly Note[], keySemitones: number): number {
  const key = detectKey(notes);
  return semitonesToC(key && key.clarity >= clearKey ? key.semitones : keySemitones);
}

/** The same of a past up to `atBeat`, by what was played lately. */
export function shiftPastIntoModelKey(past: readonly Note[], atBeat: Beats, keySemitones: number): number {
  const heard = (until: Beats): readonly Note[] => past.filter((note) => note.beat < until && note.beat >= until - keyBeats);
  const settled = heard((Math.ceil(atBeat / judgedEvery - sameBeat) - 1) * judgedEvery);
  return shiftIntoModelKey(settled.length >= enoughNotes ? settled : heard(atBeat), keySemitones);
}

/** Semitones that bring what the model writes into the performer's key. */
export function shiftOutOfModelKey(keySemitones: number): number {
  return -semitonesToC(keySemitones);
}

/** Drums stay, all others move; pitches stay within 0..127 by octaves. */
export function transposeNote(note: Note, semitones: number): Note {
  if (semitones === 0 || note.channel === drumChannel) return note;
  return { ...note, pitch: transposePitch(note.pitch, semitones) };
}

/** What the performer allows of the music that sounds, said of music that will be moved by `semitones` before it sounds. */
export function constraintBeforeShift(constraint: MusicConstraint, semitones: number): MusicConstraint {
  if (semitones === 0) return constraint;
  const { pitchRange, scale, chord, forcedNotes } = constraint;
  return {
    ...constraint,
    ...(pitchRange && { pitchRange: { low: pitchRange.low - semitones, high: pitchRange.high - semitones } }),
    ...(scale && { scale: wishBeforeShift(scale, semitones) }),
    ...(chord && { chord: wishBeforeShift(chord, semitones) }),
    ...(forcedNotes && { forcedNotes: forcedNotes.map((note) => transposeNote(note, -semitones)) }),
  };
}

function wishBeforeShift(wish: PitchClassWish, semitones: number): PitchClassWish {
  return { ...wish, pitchClasses: wish.pitchClasses.map((pitchClass) => (pitchClass - semitones + 24) % 12) };
}
