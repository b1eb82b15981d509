import { drumChannel, type Note } from './note.js';
import type { Beats } from './units.js';

/** Chords that are looked for, the plainer first: semitones above the root. */
const kinds: readonly { readonly suffix: string; readonly steps: readonly number[] }[] = [
  { suffix: '', steps: [0, 4, 7] },
  { suffix: 'm', steps: [0, 3, 7] },
  { suffix: '7', steps: [0, 4, 7, 10] },
  { suffix: 'm7', steps: [0, 3, 7, 10] },
  { suffix: 'maj7', steps: [0, 4, 7, 11] },
  { suffix: 'dim', steps: [0, 3, 6] },
  { suffix: 'm7b5', steps: [0, 3, 6, 10] },
  { suffix: 'sus4', steps: [0, 5, 7] },
  { suffix: 'aug', steps: [0, 4, 8] },
];
const names = ['C', 'Db', 'D', 'Eb', 'E', 'F', 'Gb', 'G', 'Ab', 'A', 'Bb', 'B'];

/** A tone loses half of its weight in so many beats. */
const halfLifeBeats: Beats = 1;
/** How much more the lowest tone says about the root. */
const bassWeight = 0.5;
/** What a tone of the chord that is not heard costs, against what a heard one that is not in the chord costs. */
const missingCost = 0.3;
/** How much dearer every tone beyond three is: a triad is not taken for a seventh chord without its seventh. */
const toneCost = 0.06;
/** Share of what sounds that a chord must explain, at the least. */
const leastShare = 0.6;

export interface HeardChord {
  /** Such as `Am7`. */
  readonly name: string;
  /** 0..11, of the root. */
  readonly root: number;
  /** 0..11, sorted. */
  readonly pitchClasses: readonly number[];
}

/**
 * The chord of the moment at `atBeat`, by the notes of the last `withinBeats` beats: what sounds longer, later and lower says
 * more. `undefined` for fewer than two tones, and where nothing fits.
 * @example heardChord(notes of an A minor triad) // → { name: 'Am', root: 9, pitchClasses: [0, 4, 9] }
 */
export function heardChord(notes: readonly Note[], atBeat: Beats, withinBeats: Beats): HeardChord | undefined {
  const weights = weightsOf(notes, atBeat, withinBeats);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (weights.filter((weight) => weight > 0).length < 2) return undefined;
  const heaviest = Math.max(...weights);
  let best: { readonly chord: HeardChord; readonly score: number } | undefined;
  for (const { suffix, steps } of kinds) {
    for (let root = 0; root < 12; root += 1) {
      const tones = steps.map((step) => (root + step) % 12);
      const explained = tones.reduce((sum, tone) => sum + weights[tone], 0) / total;
      const missing = tones.filter((tone) => weights[tone] < heaviest * 0.05).length;
      const score = explained - missingCost * missing - toneCost * (steps.length - 3) + 0.1 * (weights[root] / heaviest);
      if (explained < leastShare || (best && score <= best.score)) continue;
      best = { chord: { name: names[root] + suffix, root, pitchClasses: [...tones].sort((a, b) => a - b) }, score };
    }
  }
  return best?.chord;
}

function weightsOf(notes: readonly Note[], atBeat: Beats, withinBeats: Beats): readonly number[] {
  const weights = new Array<number>(12).fill(0);
  const fromBeat = atBeat - withinBeats;
  const heard = notes.filter(({ channel, beat, duration }) => channel !== drumChannel && beat < atBeat && beat + duration > fromBeat);
  const lowest = Math.min(...heard.map(({ pitch }) => pitch));
  for (const { beat, duration, pitch } of heard) {
    const end = Math.min(beat + duration, atBeat);
    const age = atBeat - end;
    const length = Math.max(0.25, end - Math.max(beat, fromBeat));
    weights[pitch % 12] += length * 0.5 ** (age / halfLifeBeats) * (pitch === lowest ? 1 + bassWeight : 1);
  }
  return weights;
}
