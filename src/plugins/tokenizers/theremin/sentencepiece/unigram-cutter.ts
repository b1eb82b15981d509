import { utf8Length } from './code-points.js';
import { pieceKinds, type SentencePieceModel } from './model-file.js';
import { PieceTrie } from './piece-trie.js';

/** How much less likely than the least likely piece an unknown character is. */
const unknownPenalty = 10;

/** A text cut into pieces: `ids[i]` ends before code point `ends[i]`. */
export interface Cut {
  readonly ids: Int32Array;
  readonly ends: Int32Array;
}

/**
 * Cuts a text into the pieces whose scores sum to the most (Viterbi). Sums are stored as 32-bit floats and compared as
 * doubles, which decides ties as Google's own does.
 */
export class UnigramCutter {
  private readonly scores: Float64Array;
  private readonly usable: Uint8Array;
  private readonly isUserDefined: Uint8Array;
  private readonly unknownScore: number;
  private readonly largest: number;
  private best = new Float32Array(0);
  private from = new Int32Array(0);
  private piece = new Int32Array(0);

  constructor(
    private readonly model: SentencePieceModel,
    private readonly trie: PieceTrie,
  ) {
    const { pieces } = model;
    const normal = pieces.filter(({ kind }) => kind === pieceKinds.normal).map(({ score }) => score);
    this.largest = normal.reduce((a, b) => Math.max(a, b), normal.length > 0 ? -Infinity : 0);
    const smallest = normal.reduce((a, b) => Math.min(a, b), normal.length > 0 ? Infinity : 0);
    this.unknownScore = Math.fround(smallest - unknownPenalty);
    this.scores = Float64Array.from(pieces, ({ score }) => score);
    this.usable = Uint8Array.from(pieces, ({ kind }) => (kind === pieceKinds.unused ? 0 : 1));
    this.isUserDefined = Uint8Array.from(pieces, ({ kind }) => (kind === pieceKinds.userDefined ? 1 : 0));
  }

  cut(text: Int32Array): Cut {
    const { length } = text;
    this.reserve(length + 1);
    const { best, from, piece, trie, usable, isUserDefined, scores } = this;
    from.fill(-1, 0, length + 1);
    best[0] = 0;
    for (let start = 0; start < length; start += 1) {
      const here = best[start];
      let singleFound = false;
      let node: number = PieceTrie.root;
      for (let end = start + 1; end <= length; end += 1) {
        node = trie.step(node, text[end - 1]);
        if (node < 0) break;
        const id = trie.pieceAt(node);
        if (id < 0 || usable[id] === 0) continue;
        const score = isUserDefined[id] === 1 ? this.userDefinedScore(text, start, end) : scores[id];
        const candidate = score + here;
        if (from[end] < 0 || candidate > best[end]) {
          best[end] = candidate;
          from[end] = start;
          piece[end] = id;
        }
        if (end === start + 1) singleFound = true;
      }
      if (singleFound) continue;
      const candidate = Math.fround(this.unknownScore + here);
      if (from[start + 1] < 0 || candidate > best[start + 1]) {
        best[start + 1] = candidate;
        from[start + 1] = start;
        piece[start + 1] = this.model.unknown;
      }
    }
    return this.path(length);
  }

  private userDefinedScore(text: Int32Array, start: number, end: number): number {
    let bytes = 0;
    for (let at = start; at < end; at += 1) bytes += utf8Length(text[at]);
    return Math.fround(bytes * this.largest) - 0.1;
  }

  private path(length: number): Cut {
    const { from, piece } = this;
    let count = 0;
    for (let end = length; end > 0; end = from[end]) count += 1;
    const ids = new Int32Array(count);
    const ends = new Int32Array(count);
    for (let end = length; end > 0; end = from[end]) {
      count -= 1;
      ids[count] = piece[end];
      ends[count] = end;
    }
    return { ids, ends };
  }

  private reserve(size: number): void {
    if (this.best.length >= size) return;
    const room = Math.max(1024, size * 2);
    this.best = new Float32Array(room);
    this.from = new Int32Array(room);
    this.piece = new Int32Array(room);
  }
}
