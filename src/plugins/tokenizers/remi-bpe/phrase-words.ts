import { IdList } from './id-list.js';
import type { PairMerges } from './pair-merges.js';
import { barId, endId, padId, startId, trackStartId } from './phrase-vocabulary.js';

/**
 * Merges base ids within words: the head of a bar is one, each track of it another. So no token reaches over a bar line
 * or from one track into the next, and a bar of a track is spelled the same wherever it stands.
 */
export function mergePhrases(base: Int32Array, merges: PairMerges): Int32Array {
  const merged = new IdList(base.length >> 1);
  let from = 0;
  for (let at = 1; at <= base.length; at += 1) {
    if (at < base.length && !isWordStart(base[at]) && !isSpecial(base[at - 1])) continue;
    if (isSpecial(base[from])) merged.push(base[from]);
    else merges.encodeWord(base, from, at, merged);
    from = at;
  }
  return merged.view();
}

function isWordStart(id: number): boolean {
  return id === barId || id === trackStartId || isSpecial(id);
}

function isSpecial(id: number): boolean {
  return id === startId || id === endId || id === padId;
}
