import type { MusicConstraint } from '../../../engine/music/constraint.js';
import { compareNotes, drumChannel, endBeat, type Note } from '../../../engine/music/note.js';
import type { Beats } from '../../../engine/music/units.js';
import { beatsPerPhrase, slotsPerBeat } from './form.js';
import { chordAt } from './harmony.js';
import type { Part } from './parts.js';
import { nearest, pitchesOf } from './pitches.js';
import type { Scene } from './scene.js';

const chromatic = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
/** A note that must make room for the next of its pitch is left out when less than this would remain. */
const shortestBeats: Beats = 1 / 16;
/** An ensemble lets no beat pass without an onset. */
const ensembleRestBeats: Beats = 1;
const fillVelocity = 58;
const fillBeats: Beats = 0.5;
const fillOrder: readonly Part[] = ['chords', 'bass', 'melody', 'drums'];
/** A closed hat. */
const fillDrum = 42;

/**
 * A phrase's notes as the performer allows them, in playing order, no pitch of a channel sounding twice at once.
 * Notes are moved rather than left out. Where two wishes cannot both be had, the pitch range goes before the scale, and
 * a length before a second note of the same pitch.
 */
export function constrain(
  notes: readonly Note[], constraint: MusicConstraint, scene: Scene, channels: ReadonlyMap<Part, number>,
): Note[] {
  const shaped = notes.map((note) => shape(note, constraint, scene));
  const separate = separated(shaped, constraint.durationRange?.low ?? 0);
  const filled = [...separate, ...fillings(separate, constraint, scene, channels)];
  return separated(filled, constraint.durationRange?.low ?? 0);
}

function shape(note: Note, constraint: MusicConstraint, scene: Scene): Note {
  return {
    ...note,
    pitch: note.channel === drumChannel ? note.pitch : allowedPitch(note, constraint, scene),
    velocity: scaledVelocity(note.velocity, constraint),
    duration: clampedDuration(note, constraint),
  };
}

/** Within the range and, where the range allows it, within the phrase: the next one knows nothing of this one's notes. */
function clampedDuration({ beat, duration }: Note, { durationRange }: MusicConstraint): Beats {
  const low = Math.max(durationRange?.low ?? 0, shortestBeats);
  return Math.max(low, Math.min(durationRange?.high ?? Infinity, duration, beatsPerPhrase - beat));
}

/** The whole dynamic drawn into the range, so that accents stay accents. */
function scaledVelocity(velocity: number, { velocityRange }: MusicConstraint): number {
  const { low, high } = velocityRange ?? { low: 1, high: 127 };
  const share = (Math.max(1, Math.min(127, velocity)) - 1) / 126;
  return Math.max(1, Math.min(127, Math.round(low + share * (high - low))));
}

function allowedPitch({ pitch, beat }: Note, { pitchRange, scale }: MusicConstraint, { field, place }: Scene): number {
  const low = Math.max(0, Math.ceil(pitchRange?.low ?? 0));
  const high = Math.min(127, Math.floor(pitchRange?.high ?? 127));
  const inScale = scale?.pitchClasses.includes(pitch % 12) ?? true;
  const choice = Math.round((place.startBeat + beat) * slotsPerBeat) * 12 + (pitch % 12);
  const escapes = scale !== undefined && !scale.strict && field.trait(choice) < Math.exp(-scale.bias);
  const fold = pitchesOf([pitch % 12], low, high);
  if ((inScale || escapes) && fold.length > 0) return nearest(fold, pitch);
  const within = pitchesOf(scale?.pitchClasses ?? chromatic, low, high);
  if (within.length > 0) return nearest(within, pitch);
  return Math.max(low, Math.min(high, pitch));
}

/** In playing order; of two notes of one pitch the first ends where the second begins, or else the second is left out. */
function separated(notes: readonly Note[], shortest: Beats): Note[] {
  const ordered = [...notes].sort((a, b) => compareNotes(a, b) || b.velocity - a.velocity);
  const kept: (Note | undefined)[] = [];
  const last = new Map<number, number>();
  for (const note of ordered) {
    const key = note.channel * 128 + note.pitch;
    const index = last.get(key);
    const before = index === undefined ? undefined : kept[index];
    if (index !== undefined && before && endBeat(before) > note.beat) {
      const remains = note.beat - before.beat;
      if (remains < Math.max(shortest, shortestBeats)) continue;
      kept[index] = { ...before, duration: remains };
    }
    last.set(key, kept.length);
    kept.push(note);
  }
  return kept.filter((note) => note !== undefined);
}

/** Soft notes of the chord wherever the music would otherwise be silent for longer than it may. */
function fillings(notes: readonly Note[], constraint: MusicConstraint, scene: Scene, channels: ReadonlyMap<Part, number>): Note[] {
  const part = fillOrder.find((candidate) => channels.has(candidate));
  const channel = part === undefined ? undefined : channels.get(part);
  if (channel === undefined) return [];
  const added: Note[] = [];
  for (const beat of restingPlaces(notes, constraint, channels)) {
    const plain = { beat, duration: fillBeats, channel, pitch: fillPitch(notes, beat, channel, scene), velocity: fillVelocity };
    added.push(shape(plain, constraint, scene));
  }
  return added;
}

function restingPlaces(notes: readonly Note[], { maximumRestBeats }: MusicConstraint, channels: ReadonlyMap<Part, number>): readonly Beats[] {
  const onsets = [...new Set(notes.map((note) => note.beat))];
  if (maximumRestBeats !== undefined) return longRests(onsets, maximumRestBeats);
  // The tune alone may breathe: whoever asked for its channel only has asked for its rests.
  if (channels.size === 1 && channels.has('melody')) return [];
  const beats = Array.from({ length: beatsPerPhrase / ensembleRestBeats }, (_, index) => index * ensembleRestBeats);
  return beats.filter((beat) => !onsets.some((onset) => onset >= beat && onset < beat + ensembleRestBeats));
}

/** Places on the grid that break every rest longer than allowed; one over the seam of phrases is allotted half to each. */
function longRests(onsets: readonly Beats[], maximumRestBeats: Beats): readonly Beats[] {
  const slot = 1 / slotsPerBeat;
  const step = Math.max(slot, Math.floor(maximumRestBeats / slot) * slot);
  const after = Math.floor(step / 2 / slot) * slot;
  const places: Beats[] = [];
  let before = after - step;
  for (const onset of [...onsets, beatsPerPhrase + after]) {
    while (onset - before > Math.max(maximumRestBeats, step)) {
      before = Math.max(0, Math.min(beatsPerPhrase - slot, Math.floor((before + step) / slot) * slot));
      places.push(before);
    }
    before = onset;
  }
  return places;
}

/** A note of the chord that does not sound on the channel at that moment, where there is one. */
function fillPitch(notes: readonly Note[], beat: Beats, channel: number, { chords, melodyCentre }: Scene): number {
  if (channel === drumChannel) return fillDrum;
  const sounding = notes.filter((note) => note.channel === channel && note.beat <= beat && endBeat(note) > beat);
  const pitches = pitchesOf(chordAt(chords, beat).pitchClasses, melodyCentre - 17, melodyCentre - 5);
  const free = pitches.filter((pitch) => sounding.every((note) => note.pitch !== pitch));
  return nearest(free.length > 0 ? free : pitches, melodyCentre - 12);
}
