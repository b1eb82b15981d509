import type { MusicConstraint } from '../../../engine/music/constraint.js';
import type { Key } from './harmony.js';
import type { PerlinOptions } from './options.js';

const majorScale = [0, 2, 4, 5, 7, 9, 11];
/** Share of takes that are minor when nothing else decides. */
const minorShare = 0.45;

/**
 * The key to play in. A scale the performer gives goes first. Else music that was clearly in some key (`heard`) is
 * continued there as long as `follows` is true. Else it is the key asked for, 0..11 semitones above C. The mode is the
 * options', else that of the music heard, else the seed's (`trait`, 0..1).
 */
export function chooseKey(
  keySemitones: number,
  follows: boolean,
  scale: MusicConstraint['scale'],
  heard: Key | undefined,
  mode: PerlinOptions['mode'],
  trait: number,
): Key {
  const asked = ((Math.round(keySemitones) % 12) + 12) % 12;
  const wanted = heard && follows ? heard.scaleRoot : asked;
  const scaleRoot = scale ? nearestScale(scale.pitchClasses, wanted) : wanted;
  const minor = mode === 'auto' ? (heard?.minor ?? trait < minorShare) : mode === 'minor';
  return { scaleRoot, minor };
}

/** The root of the major scale that shares most with the pitch classes; the one wanted, where it shares as much. */
function nearestScale(pitchClasses: readonly number[], wanted: number): number {
  const shared = (root: number): number => majorScale.filter((step) => pitchClasses.includes((root + step) % 12)).length;
  let best = wanted;
  for (let root = 0; root < 12; root += 1) if (shared(root) > shared(best)) best = root;
  return best;
}
