import { codePointsOf, utf8Length } from './code-points.js';
import { pieceKinds, type SentencePieceModel } from './model-file.js';
import { PieceTrie } from './piece-trie.js';

/** How much less likely than the least likely piece an unknown character is. */
const unknownPenalty = 10;

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
  /** By id, in code points; the unknown piece stands for one. */
  private readonly lengths: Int32Array;
  private best = new Float32Array(0);
  /** By place in the text: the piece that ends there on the best way to it. */
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
    this.lengths = Int32Array.from(pieces, ({ text }) => codePointsOf(text).length);
    this.lengths[model.unknown] = 1;
    this.usable = Uint8Array.from(pieces, ({ kind }) => (kind === pieceKinds.unused ? 0 : 1));
    this.isUserDefined = Uint8Array.from(pieces, ({ kind }) => (kind === pieceKinds.userDefined ? 1 : 0));
  }

  /** Ids in order; each unknown character is the unknown id. */
  cut(text: Int32Array): Int32Array {
    const { length } = text;
    this.reserve(length + 1);
    const { best, piece, trie, usable, isUserDefined, scores } = this;
    piece.fill(-1, 0, length + 1);
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
        if (piece[end] < 0 || candidate > best[end]) {
          best[end] = candidate;
          piece[end] = id;
        }
        if (end === start + 1) singleFound = true;
      }
      if (singleFound) continue;
      const candidate = Math.fround(this.unknownScore + here);
      if (piece[start + 1] < 0 || candidate > best[start + 1]) {
        best[start + 1] = candidate;
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

  private path(length: number): Int32Array {
    const { piece, lengths } = this;
    let count = 0;
    for (let end = length; end > 0; end -= lengths[piece[end]]) count += 1;
    const ids = new Int32Array(count);
    for (let end = length; end > 0; end -= lengths[piece[end]]) {
      count -= 1;
      ids[count] = piece[end];
    }
    return ids;
  }

  private reserve(size: number): void {
    if (this.best.length >= size) return;
    const room = Math.max(1024, size);
    this.best = new Float32Array(room);
    this.piece = new Int32Array(room);
  }
}
