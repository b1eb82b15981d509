import type { AllowedTokens } from '../../contracts/tokenizer.js';
import { ContinuoError } from '../../errors.js';
import type { RandomSource } from './random-source.js';
import type { TokenSampler, TokenSampling } from './token-sampler.js';

/** Temperatures below this are greedy: dividing by them would overflow. */
export const coldest = 1e-4;
/** More than scores and their logarithms are off by. */
const roundingError = 1e-6;

/**
 * The sampler of a live engine: probabilities are those among the allowed ids alone, so that top-p means the same
 * whether a grammar leaves three ids or three thousand. Biases are added to the scaled logits: they mean the same at
 * every temperature. Works on the allowed ids only and allocates nothing.
 *
 * Ids are drawn in the order in which the grammar names them, and the lower one of two equals is kept: a draw hangs on
 * nothing but the logits and the number drawn, and a graph that draws by itself comes to the same.
 */
export class GrammarSampler implements TokenSampler {
  private readonly weights: Float64Array;
  /** A heap of indices into the allowed ids, the heaviest first. */
  private readonly heap: Int32Array;
  private heapSize = 0;

  constructor(vocabularySize: number) {
    this.weights = new Float64Array(vocabularySize);
    this.heap = new Int32Array(vocabularySize);
  }

  sample(logits: Float32Array, allowed: AllowedTokens, sampling: TokenSampling, random: RandomSource): number {
    if (sampling.temperature < coldest) return this.greedy(logits, allowed);
    const total = this.weigh(logits, allowed, sampling);
    const topK = sampling.topK > 0 ? Math.min(sampling.topK, allowed.count) : allowed.count;
    const u = random.next();
    if (topK === allowed.count && sampling.topP >= 1) return allowed.ids[this.drawAll(allowed.count, u * total)];
    return allowed.ids[this.drawHead(allowed, topK, sampling.topP * total, u)];
  }

  private greedy(logits: Float32Array, allowed: AllowedTokens): number {
    let best = -1;
    let bestScore = -Infinity;
    for (let index = 0; index < allowed.count; index += 1) {
      const id = allowed.ids[index];
      const score = logits[id] + allowed.biases[index];
      if (score > bestScore || (score === bestScore && id < best)) {
        best = id;
        bestScore = score;
      }
    }
    if (best < 0) throw noNumbers();
    return best;
  }

  /** Fills `weights` with unnormalised probabilities, the largest 1, and returns their sum. */
  private weigh(logits: Float32Array, allowed: AllowedTokens, { temperature, minP }: TokenSampling): number {
    const { weights } = this;
    const { ids, biases, count } = allowed;
    let largest = -Infinity;
    for (let index = 0; index < count; index += 1) {
      const score = logits[ids[index]] / temperature + biases[index];
      weights[index] = score;
      if (score > largest) largest = score;
    }
    if (!Number.isFinite(largest)) throw noNumbers();
    // Most of thousands of ids are far too light: the exponential of each would take longer than all else here.
    const surelyLight = largest + Math.log(minP) - roundingError;
    let total = 0;
    for (let index = 0; index < count; index += 1) {
      const weight = weights[index] < surelyLight ? 0 : Math.exp(weights[index] - largest);
      weights[index] = weight >= minP ? weight : 0;
      total += weights[index];
    }
    return total;
  }

  private drawAll(count: number, target: number): number {
    let sum = 0;
    let last = 0;
    for (let index = 0; index < count; index += 1) {
      if (this.weights[index] === 0) continue;
      sum += this.weights[index];
      last = index;
      if (sum > target) return index;
    }
    return last;
  }

  /** Draws among the heaviest: at most `topK`, and no more once those before have `mass`. */
  private drawHead(allowed: AllowedTokens, topK: number, mass: number, u: number): number {
    this.buildHeap(allowed);
    let last = 0;
    let sum = 0;
    for (let kept = 0; kept < topK && this.heapSize > 0 && (kept === 0 || sum <= mass); kept += 1) {
      last = this.popHeaviest(allowed);
      sum += this.weights[last];
    }
    return this.drawAll(allowed.count, u * this.keepDownTo(last, allowed));
  }

  /** Takes the weight of whatever is lighter than `last`, and returns the sum of what is left. */
  private keepDownTo(last: number, allowed: AllowedTokens): number {
    let total = 0;
    for (let index = 0; index < allowed.count; index += 1) {
      if (index !== last && this.before(last, index, allowed)) this.weights[index] = 0;
      else total += this.weights[index];
    }
    return total;
  }

  private buildHeap(allowed: AllowedTokens): void {
    this.heapSize = 0;
    for (let index = 0; index < allowed.count; index += 1) {
      if (this.weights[index] === 0) continue;
      this.heap[this.heapSize] = index;
      this.heapSize += 1;
    }
    for (let node = (this.heapSize >> 1) - 1; node >= 0; node -= 1) this.siftDown(node, allowed);
  }

  private popHeaviest(allowed: AllowedTokens): number {
    const top = this.heap[0];
    this.heapSize -= 1;
    this.heap[0] = this.heap[this.heapSize];
    this.siftDown(0, allowed);
    return top;
  }

  private siftDown(from: number, allowed: AllowedTokens): void {
    const { heap, heapSize } = this;
    let node = from;
    for (;;) {
      let heaviest = node;
      for (let child = 2 * node + 1; child <= 2 * node + 2 && child < heapSize; child += 1) {
        if (this.before(heap[child], heap[heaviest], allowed)) heaviest = child;
      }
      if (heaviest === node) return;
      const moved = heap[node];
      heap[node] = heap[heaviest];
      heap[heaviest] = moved;
      node = heaviest;
    }
  }

  private before(a: number, b: number, allowed: AllowedTokens): boolean {
    const difference = this.weights[a] - this.weights[b];
    return difference > 0 || (difference === 0 && allowed.ids[a] < allowed.ids[b]);
  }
}

function noNumbers(): ContinuoError {
  return new ContinuoError('modelFailed', 'the model gave no number for any token that may come next; its weights may be damaged: load the pack again');
}
