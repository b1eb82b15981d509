import type { Range } from '../../../engine/music/constraint.js';

/** Notes in each beat, whole numbers. */
export interface OnsetRange {
  readonly fewest: number;
  /** At least 1. */
  readonly most: number;
}

/** `undefined` where the range asks for nothing. */
export function onsetRange(range: Range | undefined): OnsetRange | undefined {
  if (range === undefined || !(range.low <= range.high)) return undefined;
  const most = Math.max(1, Math.floor(range.high));
  return { fewest: Math.max(0, Math.min(most, Math.ceil(range.low))), most };
}
