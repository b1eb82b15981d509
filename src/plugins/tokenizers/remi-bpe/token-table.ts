import { ContinuoError } from '../../../engine/errors.js';
import type { Merge } from './pair-merges.js';
import { SymbolKind, type SymbolTable } from './symbols.js';

/** No pitch before a position: nothing to compare with the last pitch. */
export const noPitch = 255;
/** Kinds count this much where kind and detail are one number of 16 bits. */
const kindUnit = 4096;

/**
 * What every token of a vocabulary spells. Tokens that differ only in pitches and velocities share a shape: whether a
 * token fits into a stream depends on its shape, its first pitch and, for a performer's wishes, on what it spells.
 */
export class TokenTable {
  readonly size: number;
  /** Most notes that a token begins. */
  readonly mostNotes: number;
  /** Number of shapes. */
  readonly shapeCount: number;
  /** Shape of each token. */
  readonly shapes: Uint16Array;
  /** A token of each shape. Shapes that begin alike stand together. */
  readonly examples: Int32Array;
  /** All tokens, those that begin with a low pitch first, those that begin with none last. */
  readonly byFirstPitch: Int32Array;
  private readonly bySpelling: ReadonlyMap<string, number>;
  private readonly longest: number;
  /** What each shape spells, a character a symbol; sorted. */
  private readonly shapeKeys: readonly string[];
  /** The pitch a token begins its first position with, or {@link noPitch}. */
  readonly firstPitches: Uint8Array;

  /** @param spellings base symbols of each token, by id */
  constructor(
    readonly symbols: SymbolTable,
    private readonly spellings: readonly Uint16Array[],
  ) {
    this.size = spellings.length;
    this.shapes = new Uint16Array(this.size);
    this.firstPitches = Uint8Array.from(spellings, (spelling) => firstPitch(spelling, symbols));
    this.bySpelling = new Map(spellings.map((spelling, token) => [String.fromCharCode(...spelling), token]));
    const isPitch = (symbol: number): boolean => isPitchKind(symbols.kinds[symbol]);
    this.mostNotes = spellings.reduce((most, spelling) => Math.max(most, spelling.filter(isPitch).length), 0);
    this.longest = spellings.reduce((longest, { length }) => Math.max(longest, length), 0);
    this.byFirstPitch = Int32Array.from({ length: this.size }, (_, token) => token).sort(
      (a, b) => this.firstPitches[a] - this.firstPitches[b] || a - b,
    );
    const tokens = new Map<string, number[]>();
    spellings.forEach((spelling, token) => {
      const key = String.fromCharCode(...shapeSteps(spelling, symbols));
      const alike = tokens.get(key);
      if (alike === undefined) tokens.set(key, [token]);
      else alike.push(token);
    });
    this.shapeKeys = [...tokens.keys()].sort();
    this.shapeKeys.forEach((key, shape) => tokens.get(key)?.forEach((token) => (this.shapes[token] = shape)));
    this.shapeCount = this.shapeKeys.length;
    this.examples = Int32Array.from(this.shapeKeys, (key) => tokens.get(key)?.[0] ?? 0);
  }

  /** What a shape spells, with pitches as low as its order allows: enough to try it out. */
  stepsOf(shape: number): { readonly kind: number; readonly value: number }[] {
    let pitch = -1;
    return Array.from(this.shapeKeys[shape], (character) => {
      const step = character.charCodeAt(0);
      const kind = Math.floor(step / kindUnit);
      const detail = step % kindUnit;
      if (kind === SymbolKind.position || kind === SymbolKind.program) pitch = -1;
      if (!isPitchKind(kind)) return { kind, value: detail - 1 };
      pitch = Math.max(0, pitch + detail);
      return { kind, value: pitch };
    });
  }

  /** How many symbols two shapes have in common from the start, as far as a stream's structure can tell. */
  sharedSteps(shape: number, other: number): number {
    const [a, b] = [this.shapeKeys[shape], this.shapeKeys[other]];
    let count = 0;
    while (count < a.length && count < b.length && a[count] === b[count]) count += 1;
    return count;
  }

  spelling(token: number): Uint16Array {
    return this.spellings[token];
  }

  /** Tokens that spell the beginning of this, short ones first. */
  *spellingPrefixesOf(symbols: readonly number[]): Generator<number> {
    let key = '';
    for (let length = 0; length < Math.min(symbols.length, this.longest); length += 1) {
      key += String.fromCharCode(symbols[length]);
      const token = this.bySpelling.get(key);
      if (token !== undefined) yield token;
    }
  }

  describe(token: number): string {
    if (!(token >= 0 && token < this.size)) return `unknown id ${token}`;
    return Array.from(this.spellings[token], (symbol) => this.symbols.name(symbol)).join(', ') || 'nothing';
  }
}

/**
 * The spellings of base symbols 0 .. baseSize-1 and of what merges make of them.
 * @throws ContinuoError badPack when a merge makes anything but the next id of known ones.
 */
export function spellMerges(baseSize: number, merges: readonly Merge[]): Uint16Array[] {
  const spellings = Array.from({ length: baseSize }, (_, id) => Uint16Array.of(id));
  for (const { left, right, merged } of merges) {
    if (merged !== spellings.length || left >= merged || right >= merged || left < 0 || right < 0) {
      throw new ContinuoError('badPack', `Merge ${left} + ${right} → ${merged} cannot stand where ${spellings.length} is due.`);
    }
    spellings.push(Uint16Array.of(...spellings[left], ...spellings[right]));
  }
  return spellings;
}

function isPitchKind(kind: number): boolean {
  return kind === SymbolKind.pitch || kind === SymbolKind.drumPitch;
}

function firstPitch(spelling: Uint16Array, { kinds, values }: SymbolTable): number {
  for (const symbol of spelling) {
    const kind = kinds[symbol];
    if (isPitchKind(kind)) return values[symbol];
    if (kind === SymbolKind.position || kind === SymbolKind.program) break;
  }
  return noPitch;
}

/**
 * A number for each symbol: equal for those a stream's structure does not tell apart. Pitches within a token are told
 * apart by whether they rise, as a stream's order may ask for that; velocities not at all.
 */
function shapeSteps(spelling: Uint16Array, { kinds, values }: SymbolTable): Uint16Array {
  let last = -1;
  return spelling.map((symbol) => {
    const kind = kinds[symbol];
    let detail = values[symbol] + 1;
    if (isPitchKind(kind)) {
      detail = values[symbol] > last ? 1 : 0;
      last = values[symbol];
    } else if (kind === SymbolKind.velocity) {
      detail = 0;
    } else if (kind === SymbolKind.position || kind === SymbolKind.program) {
      last = -1;
    }
    return kind * kindUnit + detail;
  });
}
