const scales = {
  'chromatic': [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  'major': [0, 2, 4, 5, 7, 9, 11],
  'minor': [0, 2, 3, 5, 7, 8, 10],
  'harmonic-minor': [0, 2, 3, 5, 7, 8, 11],
  'melodic-minor': [0, 2, 3, 5, 7, 9, 11],
  'dorian': [0, 2, 3, 5, 7, 9, 10],
  'phrygian': [0, 1, 3, 5, 7, 8, 10],
  'lydian': [0, 2, 4, 6, 7, 9, 11],
  'mixolydian': [0, 2, 4, 5, 7, 9, 10],
  'locrian': [0, 1, 3, 5, 6, 8, 10],
  'major-pentatonic': [0, 2, 4, 7, 9],
  'minor-pentatonic': [0, 3, 5, 7, 10],
  'blues': [0, 3, 5, 6, 7, 10],
  'whole-tone': [0, 2, 4, 6, 8, 10],
  'octatonic': [0, 2, 3, 5, 6, 8, 9, 11],
  'hungarian-minor': [0, 2, 3, 6, 7, 8, 11],
  'phrygian-dominant': [0, 1, 4, 5, 7, 8, 10],
} as const satisfies Readonly<Record<string, readonly number[]>>;

export type ScaleName = keyof typeof scales;
export const scaleNames = Object.keys(scales) as readonly ScaleName[];

/**
 * Pitch classes of a scale on a root, both 0..11, in order.
 * @example scalePitchClasses('minor-pentatonic', 9) // → [0, 2, 4, 7, 9]
 */
export function scalePitchClasses(name: ScaleName, root: number): readonly number[] {
  return scales[name].map((step) => (step + root) % 12).sort((a, b) => a - b);
}

/**
 * The root of the major scale that shares most with some pitch classes; of equals the one wanted, else the lowest.
 * @example nearestMajorKey(scalePitchClasses('dorian', 2), 7) // → 0
 */
export function nearestMajorKey(pitchClasses: readonly number[], wanted: number): number {
  const shared = (root: number): number => scales.major.filter((step) => pitchClasses.includes((root + step) % 12)).length;
  let best = wanted;
  for (let root = 0; root < 12; root += 1) if (shared(root) > shared(best)) best = root;
  return best;
}
