const letters: Readonly<Record<string, number>> = { c: 0, d: 2, e: 4, f: 5, g: 7, a: 9, b: 11 };

/** Names of the pitch classes 0..11 and their other spellings, in order. */
export const pitchClassNames = ['C', 'C#', 'Db', 'D', 'D#', 'Eb', 'E', 'F', 'F#', 'Gb', 'G', 'G#', 'Ab', 'A', 'A#', 'Bb', 'B'] as const;

/**
 * A pitch class 0..11 by its name; `undefined` where it is none.
 * @example pitchClassOf('Bb') // → 10
 */
export function pitchClassOf(name: string): number | undefined {
  const match = /^([a-g])(#{0,2}|b{0,2})$/i.exec(name);
  if (!match) return undefined;
  const [, letter, accidentals] = match;
  const shift = accidentals.startsWith('#') ? accidentals.length : -accidentals.length;
  return (letters[letter.toLowerCase()] + shift + 12) % 12;
}

/**
 * A MIDI pitch 0..127 by its name (C4 is 60) or number; `undefined` where it is none.
 * @example pitchOf('F#3') // → 54
 */
export function pitchOf(text: string): number | undefined {
  const match = /^([a-g](?:#{1,2}|b{1,2})?)(-?\d)$/i.exec(text);
  const pitch = match ? named(match[1], Number(match[2])) : /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  return pitch >= 0 && pitch <= 127 ? pitch : undefined;
}

/** B# belongs to the octave of the B it is written with, Cb to that of its C. */
function named(name: string, octave: number): number {
  const natural = letters[name[0].toLowerCase()];
  const accidentals = name.slice(1);
  return 12 * (octave + 1) + natural + (accidentals.startsWith('#') ? accidentals.length : -accidentals.length);
}
