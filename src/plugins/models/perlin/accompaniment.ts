import type { Note } from '../../../engine/music/note.js';
import type { Beats } from '../../../engine/music/units.js';
import { barsPerPhrase, beatsPerBar } from './form.js';
import { chordAt, type Chord } from './harmony.js';
import { chooseFigure, type Figure } from './patterns.js';
import { atOrAbove } from './pitches.js';
import type { Scene } from './scene.js';

/** Beat of the bar, length, and which voices sound: all, or one by number from below. */
interface Hit {
  readonly beat: Beats;
  readonly beats: Beats;
  readonly voice?: number;
}

const loudness = 66;
const centre = 59;
const lowestVoice = 51;

function together(...hits: readonly (readonly [beat: Beats, beats: Beats])[]): readonly Hit[] {
  return hits.map(([beat, beats]) => ({ beat, beats }));
}

function broken(beats: Beats, ...voices: readonly number[]): readonly Hit[] {
  return voices.map((voice, index) => ({ beat: index * beats, beats: beats * 2, voice }));
}

const figures: readonly Figure<Hit>[] = [
  { activity: 0, hits: together([0, 4]) },
  { activity: 0.25, hits: together([0, 2], [2, 2]) },
  { activity: 0.4, hits: together([0, 1.5], [1.5, 2.5]) },
  { activity: 0.5, hits: together([0, 1.25], [1.5, 1], [3, 0.75]) },
  { activity: 0.5, hits: broken(0.5, 0, 1, 2, 1, 0, 1, 2, 1) },
  { activity: 0.6, hits: together([0, 0.75], [1, 0.75], [2, 0.75], [3, 0.75]) },
  { activity: 0.7, hits: together([0.5, 0.5], [1.5, 0.5], [2.5, 0.5], [3.5, 0.5]) },
  { activity: 0.75, hits: together([0, 0.5], [0.75, 0.5], [1.5, 0.75], [2.5, 0.5], [3.25, 0.5]) },
  { activity: 0.9, hits: broken(0.25, 0, 1, 2, 3, 2, 1, 2, 3, 0, 1, 2, 3, 2, 1, 2, 3) },
];

/** The chords, each voiced as near as can be to the one before, in one figure for the phrase. */
export function writeAccompaniment(scene: Scene, channel: number): Note[] {
  const { chords, field, place } = scene;
  const { hits } = chooseFigure(figures, scene, 'comping');
  const voicings = new Map<Chord, readonly number[]>();
  let before: readonly number[] | undefined;
  for (const chord of chords) {
    before = voice(chord, before);
    voicings.set(chord, before);
  }
  const notes: Note[] = [];
  for (let bar = 0; bar < barsPerPhrase; bar += 1) {
    const sway = field.value('accent', place.material + bar, 1) * 7 * scene.daring.velocity;
    for (const hit of hitsOfBar(hits, chords, bar)) {
      const chord = chordAt(chords, hit.beat);
      const voicing = voicings.get(chord) ?? [];
      const pitches = hit.voice === undefined ? voicing : [voicing[hit.voice % voicing.length]];
      const velocity = Math.round(loudness + (hit.beat % 2 === 0 ? 4 : -3) + sway + scene.swell);
      for (const pitch of pitches) notes.push({ beat: hit.beat, duration: hit.beats, channel, pitch, velocity });
    }
  }
  return notes;
}

/** The figure on one bar, in beats of the phrase: cut where a chord ends, struck again where one begins. */
function hitsOfBar(hits: readonly Hit[], chords: readonly Chord[], bar: number): readonly Hit[] {
  const start = bar * beatsPerBar;
  const placed = hits.flatMap((hit): readonly Hit[] => {
    const beat = start + hit.beat;
    const chord = chordAt(chords, beat);
    const ends = chord.beat + chord.beats;
    const beats = Math.min(hit.beats, ends - beat);
    const rest = Math.min(hit.beats, start + beatsPerBar - beat) - beats;
    const first = { ...hit, beat, beats };
    return rest > 0 && hit.voice === undefined ? [first, { ...hit, beat: ends, beats: rest }] : [first];
  });
  const seen = new Set<Beats>();
  return placed.filter((hit) => {
    if (hit.voice !== undefined) return true;
    if (seen.has(hit.beat)) return false;
    seen.add(hit.beat);
    return true;
  });
}

/** The close position whose voices move least, or lie nearest to the middle where there is nothing before. */
function voice(chord: Chord, before: readonly number[] | undefined): readonly number[] {
  let best: readonly number[] = [];
  let bestCost = Infinity;
  for (let inversion = 0; inversion < chord.pitchClasses.length; inversion += 1) {
    for (const base of [lowestVoice, lowestVoice + 12]) {
      const voicing: number[] = [];
      for (let index = 0; index < chord.pitchClasses.length; index += 1) {
        const pitchClass = chord.pitchClasses[(inversion + index) % chord.pitchClasses.length];
        voicing.push(atOrAbove(pitchClass, index === 0 ? base : voicing[index - 1] + 1));
      }
      const cost = movement(voicing, before) + Math.abs(mean(voicing) - centre) * 0.6;
      if (cost >= bestCost) continue;
      best = voicing;
      bestCost = cost;
    }
  }
  return best;
}

function movement(voicing: readonly number[], before: readonly number[] | undefined): number {
  if (before === undefined) return 0;
  return voicing.reduce((sum, pitch) => sum + Math.min(...before.map((other) => Math.abs(pitch - other))), 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
