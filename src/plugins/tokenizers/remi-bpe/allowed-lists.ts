import type { StreamCursor } from './stream-cursor.js';
import type { TokenTable } from './token-table.js';
import { refused, type TokenWishes } from './wishes.js';

/** More lists than this are forgotten and made anew. */
const maximumLists = 2048;

/** Tokens that may come, those that begin with a low pitch first, those that begin with no pitch last. */
export class AllowedList {
  /** Kinds and values of what each shape spells, one shape after another; shapes that begin alike stand together. */
  readonly kinds: Uint8Array;
  readonly values: Int16Array;
  /** Where each shape's symbols end. */
  readonly ends: Uint32Array;
  /** How many symbols each shape shares with the one before; at the end one that shares none. */
  readonly shared: Uint16Array;
  /** Of each shape, the highest pitch that one of its tokens begins with, or one above all where they begin with none. */
  readonly highestPitches: Uint8Array;
  /** The shape of each token, as an index into {@link ends}. */
  readonly shapes: Uint16Array;
  /** Where tokens begin whose first pitch is at least the index; 0..128. */
  private readonly starts: Int32Array;

  constructor(
    readonly ids: Int32Array,
    /** Absent where there are none. */
    readonly biases: Float32Array | undefined,
    table: TokenTable,
  ) {
    const { firstPitches } = table;
    this.starts = new Int32Array(129);
    let at = 0;
    for (let pitch = 0; pitch <= 128; pitch += 1) {
      while (at < ids.length && firstPitches[ids[at]] < pitch) at += 1;
      this.starts[pitch] = at;
    }
    const shapes = [...new Set(Array.from(ids, (token) => table.shapes[token]))].sort((a, b) => a - b);
    const indices = new Uint16Array(table.shapeCount);
    shapes.forEach((shape, index) => (indices[shape] = index));
    this.shapes = Uint16Array.from(ids, (token) => indices[table.shapes[token]]);
    const steps = shapes.map((shape) => table.stepsOf(shape));
    this.kinds = Uint8Array.from(steps.flat(), ({ kind }) => kind);
    this.values = Int16Array.from(steps.flat(), ({ value }) => value);
    let end = 0;
    this.ends = Uint32Array.from(steps, ({ length }) => (end += length));
    this.shared = new Uint16Array(shapes.length + 1);
    for (let index = 1; index < shapes.length; index += 1) this.shared[index] = table.sharedSteps(shapes[index], shapes[index - 1]);
    this.highestPitches = new Uint8Array(shapes.length);
    ids.forEach((token, index) => (this.highestPitches[this.shapes[index]] = firstPitches[token]));
  }

  /** Index of the first token that begins with a pitch above this one, or with none. */
  firstAbove(pitch: number): number {
    return this.starts[pitch + 1];
  }
}

/** The tokens that fit a structure of the stream and a performer's wishes, listed once for each structure. */
export class AllowedLists {
  private readonly lists = new Map<number, AllowedList>();
  private readonly wishes = new Map<number, TokenWishes>();

  /** @param makeWishes the wishes where a beat of the format is so many quarter notes */
  constructor(
    private readonly table: TokenTable,
    private readonly makeWishes: (beatScale: number) => TokenWishes,
    private readonly scratch: StreamCursor,
  ) {}

  at(cursor: StreamCursor): AllowedList {
    const { structure } = cursor;
    let list = this.lists.get(structure);
    if (list === undefined) {
      if (this.lists.size >= maximumLists) this.lists.clear();
      list = this.make(cursor);
      this.lists.set(structure, list);
    }
    return list;
  }

  private make(cursor: StreamCursor): AllowedList {
    const { table } = this;
    const { byFirstPitch } = table;
    const wishes = this.wishesAt(cursor.beatScale);
    const fits = new Uint8Array(table.shapeCount);
    for (let shape = 0; shape < fits.length; shape += 1) fits[shape] = this.fits(cursor, table.examples[shape]) ? 1 : 0;
    const costs = cursor.isDrums ? wishes.drums : wishes.melodic;
    const ids = new Int32Array(byFirstPitch.length);
    const biases = new Float32Array(byFirstPitch.length);
    let count = 0;
    let hasBias = false;
    for (const token of byFirstPitch) {
      if (fits[table.shapes[token]] === 0 || costs[token] === refused) continue;
      ids[count] = token;
      biases[count] = 0 - costs[token];
      hasBias ||= costs[token] !== 0;
      count += 1;
    }
    return new AllowedList(ids.slice(0, count), hasBias ? biases.slice(0, count) : undefined, table);
  }

  private wishesAt(beatScale: number): TokenWishes {
    let wishes = this.wishes.get(beatScale);
    if (wishes === undefined) this.wishes.set(beatScale, (wishes = this.makeWishes(beatScale)));
    return wishes;
  }

  private fits(cursor: StreamCursor, token: number): boolean {
    this.scratch.loadStructure(cursor);
    this.scratch.lastPitch = -1;
    const { kinds, values } = this.table.symbols;
    const spelling = this.table.spelling(token);
    for (let index = 0; index < spelling.length; index += 1) {
      if (!this.scratch.step(kinds[spelling[index]], values[spelling[index]])) return false;
    }
    return true;
  }
}
