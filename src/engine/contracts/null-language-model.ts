import { ContinuoError } from '../errors.js';
import type { LanguageModel, ModelMark } from './language-model.js';

/** Logits lie in -spread .. spread. */
const spread = 3;

export interface NullLanguageModelOptions {
  readonly vocabularySize: number;
  /** Default: no limit. */
  readonly contextTokens?: number;
}

/**
 * A model without weights, for tests and as an example: its logits are a hash of the whole context, so that every
 * context has its own, and the same one always the same.
 */
export class NullLanguageModel implements LanguageModel {
  readonly vocabularySize: number;
  readonly contextTokens: number;
  private readonly logits: Float32Array;
  private state: NullMark = empty;
  private ready = false;

  constructor(options: NullLanguageModelOptions) {
    this.vocabularySize = options.vocabularySize;
    this.contextTokens = options.contextTokens ?? Infinity;
    this.logits = new Float32Array(options.vocabularySize);
  }

  async prepare(): Promise<void> {
    this.ready = true;
  }

  async extend(tokens: ArrayLike<number>): Promise<Float32Array> {
    if (!this.ready) throw new ContinuoError('modelFailed', 'the model was not prepared; call prepare first');
    if (tokens.length === 0) throw new ContinuoError('modelFailed', 'the model was given no token; give at least one');
    if (this.state.tokens + tokens.length > this.contextTokens) {
      throw new ContinuoError('modelFailed', `the context of ${this.contextTokens} tokens is full; rewind before going on`);
    }
    let { hash } = this.state;
    for (let index = 0; index < tokens.length; index += 1) hash = mix(hash ^ mix(tokens[index] + 1));
    this.state = { tokens: this.state.tokens + tokens.length, hash };
    for (let id = 0; id < this.logits.length; id += 1) {
      this.logits[id] = (mix(hash + Math.imul(id + 1, 0x9e3779b1)) / 2 ** 31) * spread;
    }
    return this.logits;
  }

  mark(): ModelMark {
    return this.state;
  }

  rewind(mark: ModelMark | undefined): void {
    this.state = mark === undefined ? empty : (mark as NullMark);
  }

  async dispose(): Promise<void> {
    this.ready = false;
  }
}

interface NullMark extends ModelMark {
  readonly hash: number;
}

const empty: NullMark = { tokens: 0, hash: 0 };

/** Murmur3's finaliser: every bit of the result hangs on every bit of the value. */
function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
