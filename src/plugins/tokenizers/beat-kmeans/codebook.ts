import { anchorPatterns, heldIndex, struckIndex } from './anchors.js';
import { countBits, halfFrames, lowestBit, patternText, type Pattern } from './pattern.js';
import { firstPitch, framesOfCode, isCode, level1, level2, level3 } from './vocabulary.js';

/** Patterns a level has beyond its anchors, in the order of their indices; at most what the level has room for. */
export interface LearnedPatterns {
  readonly level1: readonly Pattern[];
  readonly level2: readonly Pattern[];
  readonly level3: readonly Pattern[];
}

export const nothingLearned: LearnedPatterns = { level1: [], level2: [], level3: [] };

const quarterMask = 0xfff;
const halfUnit = 2 ** halfFrames;

/**
 * The three levels of patterns and the choice among them: a cell is one code of 48 frames where there is one, else two
 * halves, each of which is one code of 24 frames, else two of 12.
 *
 * A quarter that no code says (two onsets or more of one key) becomes the nearest code that begins and ends as it does,
 * so that nothing around it changes.
 */
export class Codebook {
  /** By id; `undefined` for ids without a pattern. */
  private readonly patterns: (Pattern | undefined)[] = new Array<undefined>(firstPitch).fill(undefined);
  /** Level 1 by onsets, then by sustain; of what is no anchor. */
  private readonly wholes = new Map<number, Map<number, number>>();
  /** Level 2 by sustain and onsets; of what is no anchor. */
  private readonly halves = new Map<number, number>();
  /** Level 3, all of it, and quarters already brought to their nearest. */
  private readonly quarters = new Map<number, number>();
  private readonly exactQuarters = new Set<number>();

  constructor(learned: LearnedPatterns) {
    [...anchorPatterns(level1.frames), ...learned.level1].slice(0, level1.size).forEach((pattern, index) => {
      this.patterns[level1.first + index] = pattern;
      const onsets = pattern.onsetHigh * halfUnit + pattern.onsetLow;
      const bySustain = this.wholes.get(onsets) ?? new Map<number, number>();
      this.wholes.set(onsets, bySustain);
      setOnce(bySustain, pattern.sustainHigh * halfUnit + pattern.sustainLow, level1.first + index);
    });
    [...anchorPatterns(level2.frames), ...learned.level2].slice(0, level2.size).forEach((pattern, index) => {
      this.patterns[level2.first + index] = pattern;
      setOnce(this.halves, pattern.sustainLow * halfUnit + pattern.onsetLow, level2.first + index);
    });
    [...anchorPatterns(level3.frames), ...learned.level3].slice(0, level3.size).forEach((pattern, index) => {
      this.patterns[level3.first + index] = pattern;
      setOnce(this.quarters, quarterKey(pattern.sustainLow, pattern.onsetLow), level3.first + index);
    });
    for (const key of this.quarters.keys()) this.exactQuarters.add(key);
  }

  /** The pattern of a code; `undefined` for an id that is none, or has none. */
  patternOf(id: number): Pattern | undefined {
    return isCode(id) ? this.patterns[id] : undefined;
  }

  describe(id: number): string {
    const pattern = this.patternOf(id);
    return pattern === undefined ? `unused code ${id}` : patternText(pattern, framesOfCode(id));
  }

  /**
   * Writes the codes of a cell into `codes` and returns how many they are, 1..4. The cell is not silent.
   * What the codes say is {@link joined}, which is the cell itself unless a key is struck twice in a quarter of a beat.
   */
  choose(cell: Pattern, codes: Int32Array): number {
    const count = this.split(cell, codes);
    if (count === 1 || this.says(cell)) return count;
    return this.split(this.joined(codes.subarray(0, count)), codes);
  }

  /** The cell that codes of 48 frames in all say. */
  joined(codes: ArrayLike<number>): Pattern {
    const whole = { sustainLow: 0, sustainHigh: 0, onsetLow: 0, onsetHigh: 0 };
    let fill = 0;
    for (let index = 0; index < codes.length; index += 1) {
      const id = codes[index];
      const pattern = this.patterns[id];
      if (pattern !== undefined) addPattern(whole, pattern, fill);
      fill += framesOfCode(id);
    }
    return whole;
  }

  /** Whether every quarter of the cell has a code of its own. */
  private says({ sustainLow, sustainHigh, onsetLow, onsetHigh }: Pattern): boolean {
    return this.saysHalf(sustainLow, onsetLow) && this.saysHalf(sustainHigh, onsetHigh);
  }

  private saysHalf(sustain: number, onset: number): boolean {
    if (countBits(onset) < 2 || this.halves.has(sustain * halfUnit + onset)) return true;
    return (
      this.exactQuarters.has(quarterKey(sustain & quarterMask, onset & quarterMask)) &&
      this.exactQuarters.has(quarterKey(sustain >> 12, onset >> 12))
    );
  }

  private split(cell: Pattern, codes: Int32Array): number {
    const whole = this.wholeCode(cell);
    if (whole >= 0) {
      codes[0] = whole;
      return 1;
    }
    const count = this.splitHalf(cell.sustainLow, cell.onsetLow, codes, 0);
    return this.splitHalf(cell.sustainHigh, cell.onsetHigh, codes, count);
  }

  private wholeCode({ sustainLow, sustainHigh, onsetLow, onsetHigh }: Pattern): number {
    const onsets = countBits(onsetLow) + countBits(onsetHigh);
    const sustained = countBits(sustainLow) + countBits(sustainHigh);
    if (onsets === 0) return level1.first + heldIndex(level1.frames, sustained);
    const isHeld = (sustainLow & 1) > (onsetLow & 1);
    if (onsets === 1 && !isHeld) {
      const start = onsetLow !== 0 ? lowestBit(onsetLow) : halfFrames + lowestBit(onsetHigh);
      return level1.first + struckIndex(level1.frames, start, start + sustained);
    }
    return this.wholes.get(onsetHigh * halfUnit + onsetLow)?.get(sustainHigh * halfUnit + sustainLow) ?? -1;
  }

  private splitHalf(sustain: number, onset: number, codes: Int32Array, count: number): number {
    const half = this.halfCode(sustain, onset);
    if (half >= 0) {
      codes[count] = half;
      return count + 1;
    }
    codes[count] = this.quarterCode(sustain & quarterMask, onset & quarterMask);
    codes[count + 1] = this.quarterCode(sustain >> 12, onset >> 12);
    return count + 2;
  }

  private halfCode(sustain: number, onset: number): number {
    if (onset === 0) return level2.first + heldIndex(level2.frames, countBits(sustain));
    const isHeld = (sustain & 1) > (onset & 1);
    if (!isHeld && (onset & (onset - 1)) === 0) {
      const start = lowestBit(onset);
      return level2.first + struckIndex(level2.frames, start, start + countBits(sustain));
    }
    return this.halves.get(sustain * halfUnit + onset) ?? -1;
  }

  private quarterCode(sustain: number, onset: number): number {
    const key = quarterKey(sustain, onset);
    const known = this.quarters.get(key);
    if (known !== undefined) return known;
    const nearest = this.nearestQuarter(sustain, onset);
    this.quarters.set(key, nearest);
    return nearest;
  }

  private nearestQuarter(sustain: number, onset: number): number {
    const onsets = countBits(onset);
    let best = -1;
    let lowestCost = Infinity;
    for (let id = level3.first; id < level3.first + level3.size; id += 1) {
      const pattern = this.patterns[id];
      if (pattern === undefined || edges(pattern.sustainLow, pattern.onsetLow) !== edges(sustain, onset)) continue;
      const cost =
        6 * (countBits(pattern.onsetLow) - onsets) ** 2 +
        3 * countBits(pattern.onsetLow ^ onset) +
        countBits(pattern.sustainLow ^ sustain);
      if (cost < lowestCost) {
        lowestCost = cost;
        best = id;
      }
    }
    return best;
  }
}

/** Adds a part of 12, 24 or 48 frames that begins at frame `fill`. */
export function addPattern(whole: { -readonly [Key in keyof Pattern]: number }, part: Pattern, fill: number): void {
  const isLow = fill < halfFrames;
  const shift = isLow ? fill : fill - halfFrames;
  const sustain = part.sustainLow << shift;
  const onset = part.onsetLow << shift;
  if (isLow) {
    whole.sustainLow |= sustain;
    whole.onsetLow |= onset;
    whole.sustainHigh |= part.sustainHigh;
    whole.onsetHigh |= part.onsetHigh;
  } else {
    whole.sustainHigh |= sustain;
    whole.onsetHigh |= onset;
  }
}

/** Whether a quarter begins held (bit 0) and ends sounding (bit 1). */
function edges(sustain: number, onset: number): number {
  return (sustain & ~onset & 1) | ((sustain >> 10) & 2);
}

function quarterKey(sustain: number, onset: number): number {
  return (sustain << 12) | onset;
}

function setOnce(map: Map<number, number>, key: number, id: number): void {
  if (!map.has(key)) map.set(key, id);
}
