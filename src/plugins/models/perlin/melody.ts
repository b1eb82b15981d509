import type { Note } from '../../../engine/music/note.js';
import { barsPerPhrase, slotsPerBar, slotsPerBeat, type PhrasePlace } from './form.js';
import { chordAt, type Chord } from './harmony.js';
import { pitchesOf } from './pitches.js';
import type { Scene } from './scene.js';

/** How much each sixteenth of a bar invites an onset. */
const invitation = [1, 0.04, 0.34, 0.12, 0.72, 0.05, 0.42, 0.18, 0.9, 0.05, 0.36, 0.14, 0.66, 0.06, 0.46, 0.2];
const rhythmSway = 0.42;
/** A note is held for two beats at most, unless it closes the phrase. */
const longestSlots = 8;
/** Semitones the contour reaches up and down, and the phrase's arch adds in its middle. */
const contourReach = 7;
const archReach = 4;
const compass = 11;
const loudness = 88;

interface Onset {
  /** From the phrase's start. */
  readonly slot: number;
  readonly slots: number;
  /** Where in the motif's own time its pitch is read. */
  readonly motifSlot: number;
  readonly bar: number;
  readonly closes: boolean;
}

/**
 * The tune of a phrase: bar 1 states a motif, bar 2 answers with its rhythm and shape on the next chord, bar 3 spins it
 * on, bar 4 comes to rest on a long note and breathes.
 */
export function writeMelody(scene: Scene, channel: number): Note[] {
  const { place, chords, field } = scene;
  const notes: Note[] = [];
  let before: number | undefined;
  let leap = 0;
  for (const onset of onsetsOf(scene)) {
    const chord = chordAt(chords, onset.slot / slotsPerBeat);
    const pitch = choosePitch(scene, onset, chord, before, leap);
    leap = before === undefined ? 0 : pitch - before;
    before = pitch;
    const accent = onset.slot % slotsPerBar === 0 ? 8 : onset.slot % slotsPerBeat === 0 ? 4 : -4;
    const sway = field.value('accent', place.material + onset.slot / 9) * 10 * scene.daring.velocity;
    notes.push({
      beat: onset.slot / slotsPerBeat,
      duration: articulated(scene, onset) / slotsPerBeat,
      channel,
      pitch,
      velocity: Math.round(loudness + accent + sway + scene.swell),
    });
  }
  return notes;
}

function onsetsOf(scene: Scene): readonly Onset[] {
  const { place } = scene;
  const starts: { slot: number; motifSlot: number; bar: number; closes: boolean }[] = [];
  for (let bar = 0; bar < barsPerPhrase; bar += 1) {
    const closing = bar === barsPerPhrase - 1;
    const rest = closing ? restSlot(place, scene) : slotsPerBar;
    const spun = bar >= 2 ? 1 : 0;
    for (const slot of rhythmOfBar(scene, spun)) {
      if (slot < rest) starts.push({ slot: bar * slotsPerBar + slot, motifSlot: slot + spun * slotsPerBar, bar, closes: false });
    }
    if (closing) starts.push({ slot: bar * slotsPerBar + rest, motifSlot: rest + slotsPerBar, bar, closes: true });
  }
  const end = barsPerPhrase * slotsPerBar;
  return starts.map((start, index) => {
    const next = starts[index + 1]?.slot ?? end - slotsPerBeat;
    return { ...start, slots: Math.min(start.closes ? slotsPerBar : longestSlots, Math.max(1, next - start.slot)) };
  });
}

/** The slot of the last bar on which the tune comes to rest: its third beat, or at once. */
function restSlot(place: PhrasePlace, { field, daring }: Scene): number {
  const atOnce = field.value('motifRhythm', place.material + 0.77, 3) * daring.time > 0.45;
  return atOnce && !place.opens ? 0 : 2 * slotsPerBeat;
}

/** Sixteenths of the bar on which the motif (or, `spun`, what is made of it) has onsets; at least one. */
function rhythmOfBar({ place, field, daring, density }: Scene, spun: number): readonly number[] {
  const threshold = 0.82 - 0.78 * density - 0.05 * spun;
  const wishes = invitation.map(
    (weight, slot) => weight + rhythmSway * daring.time * field.value('melodyRhythm', place.material + slot / 5 + spun * 0.35),
  );
  const chosen = wishes.flatMap((wish, slot) => (wish > threshold ? [slot] : []));
  return chosen.length > 0 ? chosen : [wishes.indexOf(Math.max(...wishes))];
}

function articulated({ place, field, daring }: Scene, onset: Onset): number {
  if (onset.closes) return onset.slots;
  const short = field.value('articulation', place.material + onset.bar * 0.2) * daring.time > 0.3;
  return onset.slots * (short && onset.slots > 1 && onset.slots <= slotsPerBeat ? 0.5 : 1);
}

function choosePitch(scene: Scene, onset: Onset, chord: Chord, before: number | undefined, leap: number): number {
  const { place, field, daring, melodyCentre } = scene;
  const motif = field.value('contour', place.material + onset.motifSlot / 11) * contourReach * daring.pitch;
  const answer = onset.bar === 1 ? field.value('answer', place.material) * 4 * daring.pitch : 0;
  const throughPhrase = onset.slot / (barsPerPhrase * slotsPerBar);
  const arch = Math.sin(Math.PI * throughPhrase) * archReach - (onset.closes ? archReach : 0);
  const target = melodyCentre + motif + answer + arch + (place.bridge ? 3 : 0);
  const strength = strengthOf(onset);
  const goals = goalsOf(scene, onset, chord);
  let best = melodyCentre;
  let bestScore = -Infinity;
  for (const pitch of pitchesOf(goals, melodyCentre - compass, melodyCentre + compass)) {
    const inChord = chord.pitchClasses.includes(pitch % 12);
    const rubs = !inChord && chord.pitchClasses.includes((pitch + 11) % 12);
    const score =
      -(((pitch - target) / 4) ** 2) +
      (inChord ? strength : 0) -
      (rubs ? strength * 0.6 : 0) -
      (before === undefined ? 0 : stepCost(pitch - before, leap));
    if (score <= bestScore) continue;
    best = pitch;
    bestScore = score;
  }
  return best;
}

/** How much an onset wants a note of the chord: for its place in the bar, or for its length. */
function strengthOf({ slot, slots }: Onset): number {
  if (slot % (2 * slotsPerBeat) === 0 || slots >= 2 * slotsPerBeat) return 1.8;
  return slot % slotsPerBeat === 0 || slots >= slotsPerBeat ? 1.1 : 0.5;
}

/** A phrase that opens rests on a note of its last chord, one that closes on the root or third of it. */
function goalsOf({ place }: Scene, onset: Onset, chord: Chord): readonly number[] {
  if (!onset.closes) return chord.scale;
  return place.endsCycle ? chord.pitchClasses.slice(0, 1) : place.opens ? chord.pitchClasses.slice(0, 3) : chord.pitchClasses.slice(0, 2);
}

/** What an interval costs the line: steps are free, leaps are dear and want to be turned back from. */
function stepCost(interval: number, leapBefore: number): number {
  const size = Math.abs(interval);
  const plain = [0.6, 0, 0, 0.35, 0.35, 0.6, 2.2, 0.9, 1.4, 1.5, 3, 3, 1.7][size] ?? 3.5;
  if (Math.abs(leapBefore) < 5 || interval === 0) return plain;
  const turnsBack = Math.sign(interval) !== Math.sign(leapBefore);
  return plain + (turnsBack ? -0.5 : 0.8);
}
