import { pitchClassOf } from './pitch-name.js';

const triads = { major: [0, 4, 7], minor: [0, 3, 7], diminished: [0, 3, 6], augmented: [0, 4, 8] } as const;

/** What stands behind the root, and the semitones above it. */
const qualities: ReadonlyMap<string, readonly number[]> = new Map([
  ...spelt(['', 'maj', 'M'], triads.major),
  ...spelt(['m', 'min', '-'], triads.minor),
  ...spelt(['dim', 'o', '°'], triads.diminished),
  ...spelt(['aug', '+'], triads.augmented),
  ...spelt(['5'], [0, 7]),
  ...spelt(['sus2'], [0, 2, 7]),
  ...spelt(['sus4', 'sus'], [0, 5, 7]),
  ...spelt(['6', 'maj6', 'M6'], [0, 4, 7, 9]),
  ...spelt(['m6', 'min6', '-6'], [0, 3, 7, 9]),
  ...spelt(['69', '6/9'], [0, 2, 4, 7, 9]),
  ...spelt(['m69', 'm6/9'], [0, 2, 3, 7, 9]),
  ...spelt(['add9', 'add2', '2'], [0, 2, 4, 7]),
  ...spelt(['madd9', 'madd2'], [0, 2, 3, 7]),
  ...spelt(['add4', 'add11'], [0, 4, 5, 7]),
  ...spelt(['7', 'dom7'], [0, 4, 7, 10]),
  ...spelt(['maj7', 'M7', 'Δ', 'Δ7', 'ma7'], [0, 4, 7, 11]),
  ...spelt(['m7', 'min7', '-7'], [0, 3, 7, 10]),
  ...spelt(['mM7', 'mmaj7', 'm(maj7)', 'minmaj7'], [0, 3, 7, 11]),
  ...spelt(['dim7', 'o7', '°7'], [0, 3, 6, 9]),
  ...spelt(['m7b5', 'min7b5', '-7b5', 'ø', 'ø7', 'h'], [0, 3, 6, 10]),
  ...spelt(['aug7', '+7', '7#5'], [0, 4, 8, 10]),
  ...spelt(['maj7#5', 'M7#5', '+M7'], [0, 4, 8, 11]),
  ...spelt(['7b5'], [0, 4, 6, 10]),
  ...spelt(['7sus4', '7sus'], [0, 5, 7, 10]),
  ...spelt(['7b9'], [0, 1, 4, 7, 10]),
  ...spelt(['7#9'], [0, 3, 4, 7, 10]),
  ...spelt(['7#11'], [0, 4, 6, 7, 10]),
  ...spelt(['7b13'], [0, 4, 7, 8, 10]),
  ...spelt(['7alt', 'alt'], [0, 1, 3, 4, 6, 8, 10]),
  ...spelt(['9'], [0, 2, 4, 7, 10]),
  ...spelt(['maj9', 'M9'], [0, 2, 4, 7, 11]),
  ...spelt(['m9', 'min9', '-9'], [0, 2, 3, 7, 10]),
  ...spelt(['9sus4', '9sus'], [0, 2, 5, 7, 10]),
  ...spelt(['11'], [0, 2, 4, 5, 7, 10]),
  ...spelt(['m11', 'min11', '-11'], [0, 2, 3, 5, 7, 10]),
  ...spelt(['maj7#11', 'M7#11'], [0, 4, 6, 7, 11]),
  ...spelt(['13'], [0, 2, 4, 7, 9, 10]),
  ...spelt(['maj13', 'M13'], [0, 2, 4, 7, 9, 11]),
  ...spelt(['m13', 'min13', '-13'], [0, 2, 3, 7, 9, 10]),
]);

/**
 * Pitch classes of a chord, sorted: by its name (`Cm7`, `F#maj7/A#`), its notes (`C Eb G`) or their numbers (`0 3 7`).
 * `undefined` where it is none of these.
 * @example chordPitchClasses('Bbsus4') // → [3, 5, 10]
 */
export function chordPitchClasses(text: string): readonly number[] | undefined {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0) return undefined;
  const found = words.length === 1 && !/^\d+$/.test(words[0]) ? named(words[0]) : words.map(pitchClass);
  if (found === undefined || found.includes(undefined)) return undefined;
  return [...new Set(found as readonly number[])].sort((a, b) => a - b);
}

function named(word: string): readonly (number | undefined)[] | undefined {
  const match = /^([A-Ga-g](?:#|b)?)(.*?)(?:\/([A-Ga-g](?:#|b)?))?$/.exec(word);
  const root = match && pitchClassOf(match[1]);
  const steps = match ? qualities.get(match[2]) : undefined;
  if (!match || typeof root !== 'number' || !steps) return undefined;
  const tones = steps.map((step) => (root + step) % 12);
  return match[3] === undefined ? tones : [...tones, pitchClassOf(match[3])];
}

function pitchClass(word: string): number | undefined {
  if (!/^\d+$/.test(word)) return pitchClassOf(word);
  return Number(word) < 12 ? Number(word) : undefined;
}

function spelt(names: readonly string[], steps: readonly number[]): readonly (readonly [string, readonly number[]])[] {
  return names.map((name) => [name, steps] as const);
}
