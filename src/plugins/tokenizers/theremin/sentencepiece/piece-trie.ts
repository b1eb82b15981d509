import { codePointsOf } from './code-points.js';

const hashFactorOfPoint = 0x9e3779b1;
const hashFactorOfNode = 0x85ebca6b;

/**
 * Pieces by their code points: a trie whose edges lie in one open-addressed hash table, so that a step is one look-up.
 * Pieces are whole characters, so walking code points finds what walking UTF-8 bytes would.
 */
export class PieceTrie {
  static readonly root = 0;
  private nodeCount = 1;
  private edgeNodes = new Int32Array(1024).fill(-1);
  private edgePoints = new Int32Array(1024);
  private edgeTargets = new Int32Array(1024);
  private pieces = new Int32Array(1024).fill(-1);

  constructor(pieces: Iterable<readonly [text: string, id: number]>) {
    for (const [text, id] of pieces) this.add(codePointsOf(text), id);
  }

  /** The node after one more code point; -1 where no piece goes on so. */
  step(node: number, point: number): number {
    const mask = this.edgeNodes.length - 1;
    let slot = hash(node, point) & mask;
    for (;;) {
      const found = this.edgeNodes[slot];
      if (found === node && this.edgePoints[slot] === point) return this.edgeTargets[slot];
      if (found < 0) return -1;
      slot = (slot + 1) & mask;
    }
  }

  /** The id of the piece that ends at a node; -1 where none does. */
  pieceAt(node: number): number {
    return this.pieces[node];
  }

  /** Code points of the longest piece that `text` has at `at`; 0 where there is none. */
  longest(text: Int32Array, at: number): number {
    let node = PieceTrie.root;
    let length = 0;
    for (let index = at; index < text.length; index += 1) {
      node = this.step(node, text[index]);
      if (node < 0) break;
      if (this.pieces[node] >= 0) length = index + 1 - at;
    }
    return length;
  }

  private add(text: Int32Array, id: number): void {
    let node = PieceTrie.root;
    for (const point of text) {
      const next = this.step(node, point);
      node = next >= 0 ? next : this.grow(node, point);
    }
    this.pieces[node] = id;
  }

  private grow(node: number, point: number): number {
    const target = this.nodeCount;
    this.nodeCount += 1;
    if (this.nodeCount * 3 > this.edgeNodes.length) this.enlarge();
    this.insert(node, point, target);
    return target;
  }

  private insert(node: number, point: number, target: number): void {
    const mask = this.edgeNodes.length - 1;
    let slot = hash(node, point) & mask;
    while (this.edgeNodes[slot] >= 0) slot = (slot + 1) & mask;
    this.edgeNodes[slot] = node;
    this.edgePoints[slot] = point;
    this.edgeTargets[slot] = target;
  }

  private enlarge(): void {
    const { edgeNodes, edgePoints, edgeTargets, pieces } = this;
    const size = edgeNodes.length * 2;
    this.edgeNodes = new Int32Array(size).fill(-1);
    this.edgePoints = new Int32Array(size);
    this.edgeTargets = new Int32Array(size);
    this.pieces = new Int32Array(size).fill(-1);
    this.pieces.set(pieces);
    edgeNodes.forEach((node, slot) => {
      if (node >= 0) this.insert(node, edgePoints[slot], edgeTargets[slot]);
    });
  }
}

function hash(node: number, point: number): number {
  const mixed = Math.imul(node, hashFactorOfNode) ^ Math.imul(point, hashFactorOfPoint);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
