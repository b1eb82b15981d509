import type { Note } from '../../../engine/music/note.js';
import type { Beats } from '../../../engine/music/units.js';
import { barsPerPhrase, beatsPerBar, beatsPerPhrase } from './form.js';
import { chordAt, type Chord } from './harmony.js';
import { chooseFigure, type Figure } from './patterns.js';
import { atOrAbove, nearest, pitchesOf } from './pitches.js';
import type { Scene } from './scene.js';

/** What a bass note is of its chord; `lead` is a step that leads into the next chord's root. */
type Role = 'root' | 'fifth' | 'third' | 'octave' | 'lead';

interface Hit {
  readonly beat: Beats;
  readonly beats: Beats;
  readonly role: Role;
}

const loudness = 84;
/** Roots lie in the octave from E1. */
const lowestRoot = 28;

function line(...hits: readonly (readonly [beat: Beats, beats: Beats, role: Role])[]): readonly Hit[] {
  return hits.map(([beat, beats, role]) => ({ beat, beats, role }));
}

const figures: readonly Figure<Hit>[] = [
  { activity: 0, hits: line([0, 4, 'root']) },
  { activity: 0.2, hits: line([0, 2, 'root'], [2, 2, 'fifth']) },
  { activity: 0.4, hits: line([0, 1.5, 'root'], [1.5, 0.5, 'root'], [2, 1, 'fifth'], [3, 1, 'lead']) },
  { activity: 0.5, hits: line([0, 1, 'root'], [1, 1, 'third'], [2, 1, 'fifth'], [3, 1, 'lead']) },
  { activity: 0.55, hits: line([0, 1.5, 'root'], [1.5, 1, 'root'], [2.5, 0.5, 'fifth'], [3, 0.5, 'octave'], [3.5, 0.5, 'lead']) },
  { activity: 0.7, hits: line([0, 0.75, 'root'], [0.75, 0.25, 'root'], [1.5, 0.5, 'fifth'], [2, 0.75, 'root'], [2.75, 0.5, 'octave'], [3.5, 0.5, 'lead']) },
  {
    activity: 0.8,
    hits: line(
      [0, 0.5, 'root'], [0.5, 0.5, 'octave'], [1, 0.5, 'root'], [1.5, 0.5, 'octave'],
      [2, 0.5, 'root'], [2.5, 0.5, 'octave'], [3, 0.5, 'fifth'], [3.5, 0.5, 'lead'],
    ),
  },
];

/** Roots where chords begin, and a figure between them that leads from chord to chord. */
export function writeBass(scene: Scene, channel: number): Note[] {
  const { chords, field, place } = scene;
  const { hits } = chooseFigure(figures, scene, 'bassPattern');
  const notes: Note[] = [];
  for (let bar = 0; bar < barsPerPhrase; bar += 1) {
    const sway = field.value('accent', place.material + bar, 2) * 6 * scene.daring.velocity;
    for (const hit of withRoots(hits, chords, bar)) {
      const chord = chordAt(chords, hit.beat);
      const velocity = Math.round(loudness + (hit.beat % beatsPerBar === 0 ? 6 : 0) + sway + scene.swell);
      notes.push({ beat: hit.beat, duration: hit.beats, channel, pitch: pitchOf(hit, chord, scene), velocity });
    }
  }
  return notes;
}

/** The figure on one bar, in beats of the phrase; a chord that begins inside the bar begins with its root. */
function withRoots(hits: readonly Hit[], chords: readonly Chord[], bar: number): readonly Hit[] {
  const start = bar * beatsPerBar;
  const changes = chords.map((chord) => chord.beat).filter((beat) => beat > start && beat < start + beatsPerBar);
  const placed = hits.map((hit) => ({ ...hit, beat: start + hit.beat }));
  for (const beat of changes) {
    const at = placed.find((hit) => hit.beat === beat);
    if (at) placed[placed.indexOf(at)] = { ...at, role: 'root' };
    else placed.push({ beat, beats: beatsPerBar - (beat - start), role: 'root' });
  }
  placed.sort((a, b) => a.beat - b.beat);
  return placed.map((hit, index) => {
    const next = placed[index + 1]?.beat ?? start + beatsPerBar;
    return { ...hit, beats: Math.min(hit.beats, next - hit.beat) };
  });
}

function pitchOf(hit: Hit, chord: Chord, scene: Scene): number {
  const root = atOrAbove(chord.pitchClasses[0], lowestRoot);
  switch (hit.role) {
    case 'root':
      return root;
    case 'octave':
      return root + 12;
    case 'third':
      return atOrAbove(chord.pitchClasses[1], root);
    case 'fifth': {
      const above = atOrAbove(chord.pitchClasses[2], root);
      const dips = scene.field.value('bassNote', scene.place.material + hit.beat / 3) * scene.daring.pitch > 0;
      return dips && above - 12 >= lowestRoot ? above - 12 : above;
    }
    case 'lead':
      return leadInto(hit, chord, scene);
  }
}

/** A scale step beside the root that comes next, from the side it is come from. */
function leadInto(hit: Hit, chord: Chord, { chords, nextChord }: Scene): number {
  const end = chord.beat + chord.beats;
  const following = end >= beatsPerPhrase ? nextChord : chordAt(chords, end);
  const root = atOrAbove(chord.pitchClasses[0], lowestRoot);
  if (hit.beat + hit.beats < end) return atOrAbove(chord.pitchClasses[2], root);
  const goal = atOrAbove(following.pitchClasses[0], lowestRoot);
  if (goal === root) return atOrAbove(chord.pitchClasses[2], root);
  const near = pitchesOf(chord.scale, goal - 2, goal + 2).filter((pitch) => pitch !== goal);
  return nearest(near, root);
}
