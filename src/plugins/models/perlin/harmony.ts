import type { Beats } from '../../../engine/music/units.js';
import { barsPerPhrase, beatsPerBar, type PhrasePlace } from './form.js';
import type { NoiseField } from './noise-field.js';

/** The key a phrase stands in. */
export interface Key {
  /** 0..11: the major scale on this pitch class holds the key's notes (C for both C major and A minor). */
  readonly scaleRoot: number;
  readonly minor: boolean;
}

export interface Chord {
  /** From the phrase's start. */
  readonly beat: Beats;
  readonly beats: Beats;
  /** Pitch classes 0..11, the root first. */
  readonly pitchClasses: readonly number[];
  /** Seven pitch classes that fit over it. */
  readonly scale: readonly number[];
}

/** What a chord does: rest (tonic), leave (subdominant), pull back (dominant); `SD` leaves and pulls in one bar. */
type Job = 'T' | 'S' | 'D' | 'SD';

interface Weighted<T> {
  readonly weight: number;
  readonly value: T;
}

const majorScale = [0, 2, 4, 5, 7, 9, 11];

const jobsThatOpen: readonly Weighted<readonly Job[]>[] = [
  { weight: 1, value: ['T', 'T', 'S', 'D'] },
  { weight: 0.9, value: ['T', 'S', 'T', 'D'] },
  { weight: 0.7, value: ['T', 'D', 'T', 'SD'] },
  { weight: 0.6, value: ['T', 'S', 'S', 'D'] },
];
const jobsThatClose: readonly Weighted<readonly Job[]>[] = [
  { weight: 1, value: ['T', 'S', 'D', 'T'] },
  { weight: 0.9, value: ['T', 'T', 'SD', 'T'] },
  { weight: 0.7, value: ['S', 'T', 'SD', 'T'] },
  { weight: 0.5, value: ['S', 'D', 'T', 'T'] },
];
const jobsOfBridge: readonly Weighted<readonly Job[]>[] = [
  { weight: 1, value: ['S', 'T', 'S', 'T'] },
  { weight: 0.8, value: ['S', 'S', 'T', 'D'] },
  { weight: 0.6, value: ['T', 'S', 'T', 'SD'] },
];
const jobsBackFromBridge: readonly Weighted<readonly Job[]>[] = [
  { weight: 1, value: ['S', 'T', 'S', 'D'] },
  { weight: 0.7, value: ['T', 'S', 'SD', 'D'] },
];

/** Scale steps 0..6 above the tonic that can do each job. */
const stepsFor: Record<'major' | 'minor', Record<'T' | 'S' | 'D', readonly Weighted<number>[]>> = {
  major: {
    T: [{ weight: 1, value: 0 }, { weight: 0.65, value: 5 }, { weight: 0.25, value: 2 }],
    S: [{ weight: 1, value: 3 }, { weight: 0.7, value: 1 }],
    D: [{ weight: 1, value: 4 }],
  },
  minor: {
    T: [{ weight: 1, value: 0 }, { weight: 0.6, value: 5 }, { weight: 0.4, value: 2 }],
    S: [{ weight: 1, value: 3 }, { weight: 0.45, value: 5 }, { weight: 0.2, value: 1 }],
    D: [{ weight: 1, value: 4 }, { weight: 0.45, value: 6 }],
  },
};

/** Weight of a chord that repeats the one before. */
const repeated = 0.3;
const seventhThreshold = 0.35;

/**
 * The chords of a phrase. Rules: an opening phrase ends on the dominant, a closing one on the tonic by way of the
 * dominant, the bridge begins away from home and leads back to it; a minor key's dominant has its leading note.
 */
export function harmonise(place: PhrasePlace, key: Key, field: NoiseField, daring: number): readonly Chord[] {
  const spot = place.material + (place.opens ? 0 : 0.9);
  const plans = place.bridge ? (place.opens ? jobsOfBridge : jobsBackFromBridge) : place.opens ? jobsThatOpen : jobsThatClose;
  const jobs = pick(plans, field, 'progression', spot, daring);
  const chords: Chord[] = [];
  let before: number | undefined;
  jobs.forEach((job, bar) => {
    const halves: readonly ('T' | 'S' | 'D')[] = job === 'SD' ? ['S', 'D'] : [job];
    const beats = beatsPerBar / halves.length;
    halves.forEach((half, part) => {
      const where = spot + bar * 1.3 + part * 0.5;
      const cadence = bar === barsPerPhrase - 1 || (!place.opens && half === 'D');
      const step = chooseStep(half, cadence || (bar === 0 && !place.bridge), before, key.minor, field, where, daring);
      const seventh = field.value('colour', where) * daring > seventhThreshold && !(cadence && half === 'T');
      chords.push({ beat: bar * beatsPerBar + part * beats, beats, ...spell(key, step, seventh) });
      before = step;
    });
  });
  return chords;
}

/** The chord that sounds at a beat of the phrase. */
export function chordAt(chords: readonly Chord[], beat: Beats): Chord {
  return chords.findLast((chord) => chord.beat <= beat) ?? chords[0];
}

function chooseStep(
  job: 'T' | 'S' | 'D', plain: boolean, before: number | undefined, minor: boolean, field: NoiseField, where: number, daring: number,
): number {
  const all = stepsFor[minor ? 'minor' : 'major'][job];
  if (plain) return all[0].value;
  const options = all.map(({ weight, value }) => ({ value, weight: value === before ? weight * repeated : weight }));
  return pick(options, field, 'chord', where, daring);
}

function spell(key: Key, step: number, seventh: boolean): Pick<Chord, 'pitchClasses' | 'scale'> {
  const tonicStep = key.minor ? 5 : 0;
  const natural = majorScale.map((interval) => (key.scaleRoot + interval) % 12);
  const raised = natural.map((pitchClass, index) => (index === 4 ? (pitchClass + 1) % 12 : pitchClass));
  const scale = key.minor && step === 4 ? raised : natural;
  const thirds = seventh ? [0, 2, 4, 6] : [0, 2, 4];
  return { pitchClasses: thirds.map((third) => scale[(tonicStep + step + third) % 7]), scale };
}

function pick<T>(
  options: readonly Weighted<T>[], field: NoiseField, stream: 'progression' | 'chord', where: number, daring: number,
): T {
  return options[field.choose(options.map((option) => option.weight), stream, where, daring)].value;
}
