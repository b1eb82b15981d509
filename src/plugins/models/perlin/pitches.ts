/** Every pitch of the classes within low..high, upwards. @example pitchesOf([0, 7], 60, 72) // → [60, 67, 72] */
export function pitchesOf(pitchClasses: readonly number[], low: number, high: number): readonly number[] {
  const found: number[] = [];
  for (let pitch = Math.max(0, low); pitch <= Math.min(127, high); pitch += 1) {
    if (pitchClasses.includes(pitch % 12)) found.push(pitch);
  }
  return found;
}

/** The one of `pitches` (not empty) nearest to a pitch; the lower of two. @example nearest([60, 64], 62) // → 60 */
export function nearest(pitches: readonly number[], to: number): number {
  return pitches.reduce((best, pitch) => (Math.abs(pitch - to) < Math.abs(best - to) ? pitch : best));
}

/** The lowest pitch of a class at or above a pitch. @example atOrAbove(4, 60) // → 64 */
export function atOrAbove(pitchClass: number, pitch: number): number {
  return pitch + ((((pitchClass - pitch) % 12) + 12) % 12);
}
