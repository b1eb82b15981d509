import type { LanguageModel, ModelMark } from '../../../engine/contracts/language-model.js';
import type { PluginContext } from '../../../engine/contracts/plugin.js';
import { ContinuoError } from '../../../engine/errors.js';
import type { InferenceRuntime } from '../../../engine/generation/onnx/inference-runtime.js';
import { OrtSession, type OrtSlot, type OrtTensor } from '../../../engine/generation/onnx/ort-session.js';
import { KeyValueCache } from './key-value-cache.js';
import type { DecoderOptions } from './options.js';

/** Ids in one run: enough to use the cores well, few enough that a run stays short. */
const chunkTokens = 64;
/** onnxruntime settles after a few runs of either kind. */
const warmUpRuns = 3;

/**
 * A causal transformer behind the `step` graph: `ids` int64 [1, S], `plen` int64 [1] (rows of the past that count),
 * `past_k{i}` and `past_v{i}` float32 [1, heads, P, dimension], of any capacity P >= plen; out come `logits` [V] of the
 * last id and `delta` [2 layers, heads, S, dimension], the new rows alone. Going back is forgetting rows.
 */
export class DecoderLanguageModel implements LanguageModel {
  readonly contextTokens: number;
  readonly vocabularySize: number;
  private readonly options: DecoderOptions;
  private readonly cache: KeyValueCache;
  private session: OrtSession | undefined;
  private past: Record<string, OrtTensor> = {};

  constructor(
    private readonly context: PluginContext,
    private readonly runtime: InferenceRuntime,
  ) {
    this.options = context.options as DecoderOptions;
    const { layers, keyValueHeads, headDimension, contextTokens, vocabularySize } = this.options;
    this.contextTokens = contextTokens;
    this.vocabularySize = vocabularySize;
    this.cache = new KeyValueCache(layers, keyValueHeads, headDimension, contextTokens);
  }

  async prepare(): Promise<void> {
    const session = await OrtSession.create(this.context.files, this.runtime);
    try {
      session.expect(...slots(this.options));
    } catch (cause) {
      await session.release();
      throw cause;
    }
    this.session = session;
    this.showBuffers(session);
    await this.warmUp();
  }

  async extend(tokens: ArrayLike<number>): Promise<Float32Array> {
    this.check(tokens);
    let logits: Float32Array | undefined;
    for (let from = 0; from < tokens.length; from += chunkTokens) {
      logits = await this.run(tokens, from, Math.min(tokens.length, from + chunkTokens));
    }
    return logits as Float32Array;
  }

  mark(): ModelMark {
    return { tokens: this.cache.rows };
  }

  rewind(mark: ModelMark | undefined): void {
    this.cache.truncate(mark?.tokens ?? 0);
  }

  async dispose(): Promise<void> {
    const { session } = this;
    this.session = undefined;
    this.past = {};
    await session?.release();
  }

  private async run(tokens: ArrayLike<number>, from: number, until: number): Promise<Float32Array> {
    const session = this.prepared();
    const { cache } = this;
    const count = until - from;
    if (cache.reserve(count)) this.showBuffers(session);
    const ids = BigInt64Array.from({ length: count }, (_, index) => BigInt(tokens[from + index]));
    const { logits, delta } = await session.run({
      ids: session.tensor(ids, [1, count]),
      plen: session.tensor(BigInt64Array.of(BigInt(cache.rows)), [1]),
      ...this.past,
    });
    cache.append(delta, count);
    return logits;
  }

  /** Makes tensors over the cache's buffers; they are good until the buffers are replaced. */
  private showBuffers(session: OrtSession): void {
    const { keyValueHeads, headDimension } = this.options;
    const shape = [1, keyValueHeads, this.cache.capacity, headDimension];
    this.past = Object.fromEntries(this.cache.buffers.map((buffer, index) => [pastName(index), session.tensor(buffer, shape)]));
  }

  /** One run of every size that will come, at an empty context and at a long one. */
  private async warmUp(): Promise<void> {
    const chunk = new Int32Array(Math.min(chunkTokens, this.contextTokens - 1));
    for (let count = 0; count < warmUpRuns; count += 1) {
      this.rewind(undefined);
      await this.extend(chunk);
      await this.extend([0]);
    }
    this.rewind(undefined);
  }

  private check(tokens: ArrayLike<number>): void {
    if (tokens.length === 0) throw new ContinuoError('modelFailed', 'the model was given no token; give at least one');
    if (this.cache.rows + tokens.length > this.contextTokens) {
      throw new ContinuoError('modelFailed', `the context of ${this.contextTokens} tokens is full; rewind before going on`);
    }
    for (let index = 0; index < tokens.length; index += 1) {
      if (!(tokens[index] >= 0 && tokens[index] < this.vocabularySize)) {
        throw new ContinuoError('modelFailed', `the model knows no token ${tokens[index]}; its ids are 0 to ${this.vocabularySize - 1}`);
      }
    }
  }

  private prepared(): OrtSession {
    if (this.session) return this.session;
    throw new ContinuoError('modelFailed', 'the model was not prepared, or was disposed of; call prepare first');
  }
}

function slots({ layers, keyValueHeads, headDimension, vocabularySize }: DecoderOptions): [OrtSlot[], OrtSlot[]] {
  const past = Array.from({ length: 2 * layers }, (_, index): OrtSlot => {
    return { name: pastName(index), type: 'float32', shape: [1, keyValueHeads, 'P', headDimension] };
  });
  return [
    [{ name: 'ids', type: 'int64', shape: [1, 'S'] }, { name: 'plen', type: 'int64', shape: [1] }, ...past],
    [
      { name: 'logits', type: 'float32', shape: [vocabularySize] },
      { name: 'delta', type: 'float32', shape: [2 * layers, keyValueHeads, 'S', headDimension] },
    ],
  ];
}

/** The cache's buffers alternate between keys and values, as delta does. */
function pastName(index: number): string {
  return `past_${index % 2 === 0 ? 'k' : 'v'}${index >> 1}`;
}
