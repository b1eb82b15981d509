import type { TokenAttribute } from '../contracts/tokenizer.js';

/** Passages may differ in how loud, how long and how fast they are. */
const passing: ReadonlySet<TokenAttribute> = new Set(['velocity', 'duration', 'tempo', 'controller', 'value']);
/** What a passage that comes back need not bring with it. */
const free: ReadonlySet<TokenAttribute> = new Set(['velocity', 'tempo', 'controller', 'value']);
/** Agreement over so many units counts in full. */
const fullUnits = 3;
/** A passage that has come back for so many units is let go. */
const longestUnits = 32;
/** Passages are looked for among so many ids, the most recent ones. */
const rememberedIds = 4096;

/** An earlier passage that the stream goes along with. */
export interface Passage {
  /** Where in the stream the unit stands that followed it. */
  readonly position: number;
  /** How well it agrees, 0 .. 1. */
  readonly weight: number;
  /** It has come back for long, or goes on into itself: to bring it back further would close a loop. */
  readonly isLoop: boolean;
}

/** The log-bias on an id that goes on with a passage, where `repetition` is wished; loops may be avoided, never wished. */
export function passageBias(repetition: number, { weight, isLoop }: Passage): number {
  return isLoop && repetition > 0 ? 0 : Math.fround(repetition * weight);
}

/**
 * The ids of a stream, and where it once went as it goes now: of the earlier places, the one that agrees with the end of the
 * stream over the most units (rows, or ids where the format has no rows), the last of equals. A function of the ids alone.
 */
export class PassageMemory {
  private readonly ids: number[] = [];
  private readonly attributes: TokenAttribute[] = [];
  private readonly isPassing: boolean[] = [];
  private found: { readonly length: number; readonly next: TokenAttribute; readonly passage: Passage | undefined } | undefined;

  /** @param unit ids of a row; 1 where the format has none. */
  constructor(private readonly unit: number) {}

  push(id: number, attribute: TokenAttribute): void {
    this.ids.push(id);
    this.attributes.push(attribute);
    this.isPassing.push(passing.has(attribute));
  }

  /** Forgets all but the first `length` ids. */
  truncate(length: number): void {
    this.ids.length = length;
    this.attributes.length = length;
    this.isPassing.length = length;
    if (this.found && this.found.length > length) this.found = undefined;
  }

  /** What the unit that has begun, or begins with an id of this attribute, goes along with. */
  passage(attribute: TokenAttribute): Passage | undefined {
    const { column } = this;
    const length = this.ids.length - column;
    const next = column === 0 ? attribute : this.attributes[length];
    if (this.found?.length !== length || this.found.next !== next) this.found = { length, next, passage: this.find(length, next) };
    return this.found.passage;
  }

  /** The id that stood `column` ids into the unit after a passage; `undefined` where nothing of that attribute is brought back. */
  idAfter({ position }: Passage, column: number, attribute: TokenAttribute): number | undefined {
    return free.has(attribute) ? undefined : this.ids[position + column];
  }

  get length(): number {
    return this.ids.length;
  }

  /** Ids of the unit that has begun. */
  get column(): number {
    return this.ids.length % this.unit;
  }

  private find(length: number, next: TokenAttribute): Passage | undefined {
    const { unit } = this;
    const oldest = Math.max(unit, length - rememberedIds);
    let best = 0;
    let position = 0;
    for (let at = length - unit; at >= oldest && best < longestUnits; at -= unit) {
      if (this.attributes[at] !== next) continue;
      const agreement = unit === 1 ? this.agreementOfIds(at, length, passing.has(next)) : this.agreementOfRows(at, length);
      if (agreement > best) [best, position] = [agreement, at];
    }
    if (best === 0) return undefined;
    return { position, weight: Math.min(1, best / fullUnits), isLoop: best >= longestUnits || best > this.unitsBetween(position, length) };
  }

  private unitsBetween(first: number, second: number): number {
    const { isPassing, unit } = this;
    if (unit > 1) return (second - first) / unit;
    return isPassing.slice(first, second).filter((each) => !each).length;
  }

  /** Rows that agree before two places, at most {@link longestUnits}. */
  private agreementOfRows(first: number, second: number): number {
    const { ids, isPassing, unit } = this;
    let back = 1;
    while (back <= first && back <= longestUnits * unit && (isPassing[second - back] || ids[first - back] === ids[second - back])) back += 1;
    return Math.floor((back - 1) / unit);
  }

  /** Ids that agree before two places, those that may differ left out; but what such an id goes on from has to be the same. */
  private agreementOfIds(first: number, second: number, goesOn: boolean): number {
    const { ids, isPassing } = this;
    let [a, b] = [first - 1, second - 1];
    for (; goesOn && b >= 0 && isPassing[b]; a -= 1, b -= 1) if (a < 0 || ids[a] !== ids[b]) return 0;
    let agreeing = 0;
    for (; agreeing < longestUnits; a -= 1, b -= 1, agreeing += 1) {
      while (a >= 0 && isPassing[a]) a -= 1;
      while (b >= 0 && isPassing[b]) b -= 1;
      if (a < 0 || ids[a] !== ids[b]) return agreeing;
    }
    return agreeing;
  }
}
