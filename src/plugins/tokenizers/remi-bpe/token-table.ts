import { ContinuoError } from '../../../engine/errors.js';
import type { Merge } from './pair-merges.js';
import { SymbolKind, type SymbolTable } from './symbols.js';

/** No pitch before a position: nothing to compare with the last pitch. */
export const noPitch = 255;

/**
 * What every token of a vocabulary spells. Tokens that differ only in pitches and velocities share a shape: whether a
 * token fits into a stream depends on its shape, its first pitch and, for a performer's wishes, on what it spells.
 */
export class TokenTable {
  readonly size: number;
  /** Number of shapes. */
  readonly shapeCount: number;
  /** Shape of each token. */
  readonly shapes: Uint16Array;
  /** A token of each shape. */
  readonly examples: Int32Array;
  /** All tokens, those that begin with a low pitch first, those that begin with none last. */
  readonly byFirstPitch: Int32Array;
  private readonly bySpelling: ReadonlyMap<string, number>;
  private readonly longest: number;
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
    this.longest = spellings.reduce((longest, { length }) => Math.max(longest, length), 0);
    this.byFirstPitch = Int32Array.from({ length: this.size }, (_, token) => token).sort(
      (a, b) => this.firstPitches[a] - this.firstPitches[b] || a - b,
    );
    const known = new Map<string, number>();
    const examples: number[] = [];
    spellings.forEach((spelling, token) => {
      const key = shapeKey(spelling, symbols);
      const shape = known.get(key) ?? examples.push(token) - 1;
      known.set(key, shape);
      this.shapes[token] = shape;
    });
    this.shapeCount = examples.length;
    this.examples = Int32Array.from(examples);
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

function firstPitch(spelling: Uint16Array, { kinds, values }: SymbolTable): number {
  for (const symbol of spelling) {
    const kind = kinds[symbol];
    if (kind === SymbolKind.pitch || kind === SymbolKind.drumPitch) return values[symbol];
    if (kind === SymbolKind.position || kind === SymbolKind.program) break;
  }
  return noPitch;
}

/** Pitches within a token are told apart by whether they rise, as a stream's order may ask for that. */
function shapeKey(spelling: Uint16Array, { kinds, values }: SymbolTable): string {
  let key = '';
  let last = -1;
  for (const symbol of spelling) {
    const kind = kinds[symbol];
    key += ' ';
    if (kind === SymbolKind.pitch || kind === SymbolKind.drumPitch) {
      key += `${kind}${values[symbol] > last ? 'up' : 'down'}`;
      last = values[symbol];
    } else if (kind === SymbolKind.velocity) {
      key += kind;
    } else {
      key += `${kind}:${values[symbol]}`;
      if (kind === SymbolKind.position || kind === SymbolKind.program) last = -1;
    }
  }
  return key;
}
