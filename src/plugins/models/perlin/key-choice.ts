import type { MusicConstraint } from '../../../engine/music/constraint.js';
import type { Key } from './harmony.js';
import type { Impression } from './listening.js';
import type { PerlinOptions } from './options.js';

const majorScale = [0, 2, 4, 5, 7, 9, 11];
/** Music that spends less of its time than this in the key asked for was in another key. */
const sameKeyCoverage = 0.8;
/** How much better one mode must fit than the other to overrule the seed. */
const clearly = 0.25;
/** Share of takes that are minor when nothing else decides. */
const minorShare = 0.45;

/**
 * The key to play in. A scale the performer gives goes first, then the key asked for; music that was clearly in another
 * key is continued there as long as `follows` is true. The mode is the options', else that of the music before, else
 * the seed's (`trait`, 0..1).
 */
export function chooseKey(
  keySemitones: number,
  follows: boolean,
  scale: MusicConstraint['scale'],
  impression: Impression,
  mode: PerlinOptions['mode'],
  trait: number,
): Key {
  const asked = ((Math.round(keySemitones) % 12) + 12) % 12;
  const elsewhere = follows && (impression.coverage?.[asked] ?? 1) < sameKeyCoverage;
  const wanted = (elsewhere ? impression.scaleRoot : undefined) ?? asked;
  const scaleRoot = scale ? nearestScale(scale.pitchClasses, wanted) : wanted;
  return { scaleRoot, minor: isMinor(mode, impression.minorness?.[scaleRoot] ?? 0, trait) };
}

function isMinor(mode: PerlinOptions['mode'], minorness: number, trait: number): boolean {
  if (mode !== 'auto') return mode === 'minor';
  return Math.abs(minorness) > clearly ? minorness > 0 : trait < minorShare;
}

/** The root of the major scale that shares most with the pitch classes; the one wanted, where it shares as much. */
function nearestScale(pitchClasses: readonly number[], wanted: number): number {
  const shared = (root: number): number => majorScale.filter((step) => pitchClasses.includes((root + step) % 12)).length;
  let best = wanted;
  for (let root = 0; root < 12; root += 1) if (shared(root) > shared(best)) best = root;
  return best;
}
