import { drumChannel } from '../../../engine/music/note.js';
import type { Collected } from './collect.js';
import { noSharps } from './remap.js';
import type { RowEvent } from './row-event.js';

/** The seven commonest pitch classes must hold at least this share of all notes. */
const minimumShare = 0.7;

/**
 * Where a score says no key, or only the default of no sharps, puts in the key its notes are in; where that cannot be
 * told, takes the default out. Changes `collected` in place. `skipTrackZero`: track 0 holds no channel of its own.
 */
export function settleKeySignatures(collected: Collected, skipTrackZero: boolean): void {
  const { keys, channelsOfTrack } = collected;
  if (!keys.every((key) => key.values[0] === noSharps)) return;
  const root = detectMajorRoot(collected.pitchClassCounts);
  if (root === undefined) {
    for (const key of keys) removeFirstEqual(collected.marks, key);
    return;
  }
  const sharps = sharpsOfKey(root, false) + noSharps;
  const drumsOnly = (track: number): boolean => {
    const channels = channelsOfTrack.get(track);
    return channels?.length === 1 && channels[0] === drumChannel;
  };
  for (const key of keys) {
    if (drumsOnly(key.track)) continue;
    key.values[0] = sharps;
    key.values[1] = 0;
  }
  if (keys.length > 0) return;
  for (const track of channelsOfTrack.keys()) {
    if (skipTrackZero && track === 0) continue;
    const values = [drumsOnly(track) ? noSharps : sharps, 0];
    collected.marks.push({ kind: 'key', beat: 0, step: 0, track, values });
  }
}

/**
 * The pitch class of the major scale that the seven commonest pitch classes make up, if they do.
 * @example detectMajorRoot([1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1]) // → 0
 */
export function detectMajorRoot(counts: readonly number[]): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const commonest = counts
    .map((count, pitchClass) => ({ count, pitchClass }))
    .sort((a, b) => b.count - a.count)
    .slice(0, 7);
  const share = commonest.reduce((sum, { count }) => sum + count, 0) / total;
  if (total === 0 || share < minimumShare) return undefined;
  const scale = commonest.map(({ pitchClass }) => pitchClass).sort((a, b) => a - b);
  const leadingTones = scale.filter((pitchClass, index) => {
    const below = scale[(index + 6) % 7];
    return (pitchClass - below + 12) % 12 === 1;
  });
  if (leadingTones.length !== 2) return undefined;
  const [lower, upper] = leadingTones;
  if (upper - lower === 5) return lower;
  return upper - lower === 7 ? upper : undefined;
}

/** Sharps (negative: flats) of the key on a pitch class. @example sharpsOfKey(2, false) // → 2 */
export function sharpsOfKey(root: number, minor: boolean): number {
  const sharps = (root * 7) % 12;
  return sharps > 6 || (minor && sharps >= 5) ? sharps - 12 : sharps;
}

/** The inverse of {@link sharpsOfKey} for major keys. @example rootOfSharps(-1) // → 5 */
export function rootOfSharps(sharps: number): number {
  return (((sharps * 7) % 12) + 12) % 12;
}

/** A key another event has replaced meanwhile is no longer there: then nothing is removed. */
function removeFirstEqual(marks: RowEvent[], key: RowEvent): void {
  const at = marks.findIndex(
    (event) =>
      event.kind === 'key' &&
      event.beat === key.beat &&
      event.step === key.step &&
      event.track === key.track &&
      event.values[0] === key.values[0] &&
      event.values[1] === key.values[1],
  );
  if (at >= 0) marks.splice(at, 1);
}
