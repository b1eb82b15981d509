import type { LanguageModel, ModelMark } from '../../../engine/contracts/language-model.js';
import type { PluginContext } from '../../../engine/contracts/plugin.js';
import { anyTwoIds, unitComplete, type UnitProgram } from '../../../engine/contracts/unit-table.js';
import { ContinuoError } from '../../../engine/errors.js';
import type { InferenceRuntime } from '../../../engine/generation/onnx/inference-runtime.js';
import { KeyValueCache } from '../../../engine/generation/onnx/key-value-cache.js';
import { OrtSession } from '../../../engine/generation/onnx/ort-session.js';
import { GenGraph } from './gen-graph.js';
import type { DecoderOptions } from './options.js';
import { Pasts } from './pasts.js';
import { StepGraph } from './step-graph.js';

/** Ids in one run: enough to use the cores well, few enough that a run stays short. */
const chunkTokens = 64;
/** Room for the past at first, where it is copied at every run. */
const copiedRows = 256;
/** A past that takes more than this is not kept beside another. */
const keptBytes = 128 * 2 ** 20;
/** onnxruntime settles after a few runs of either kind. */
const warmUpRuns = 3;

/**
 * A causal transformer behind a {@link StepGraph}, which the past is handed to at every run, and, where the pack has one,
 * a {@link GenGraph} that writes a whole unit in a run. Going back is forgetting rows, and going back to the former context is
 * taking up its rows.
 */
export class DecoderLanguageModel implements LanguageModel {
  readonly contextTokens: number;
  readonly vocabularySize: number;
  /** There once {@link prepare} has found a graph for it. */
  generate?: LanguageModel['generate'];
  /** Where units are written by a graph that reads the context itself, nothing is won by reading it beforehand. */
  readsInOneGo = false;
  private readonly options: DecoderOptions;
  /** The context. The cache may hold fewer rows, where a graph reads the ids by itself. */
  private readonly ids: number[] = [];
  private pasts: Pasts | undefined;
  private step: StepGraph | undefined;
  private gen: GenGraph | undefined;

  constructor(
    private readonly context: PluginContext,
    private readonly runtime: InferenceRuntime,
  ) {
    this.options = context.options as DecoderOptions;
    this.contextTokens = this.options.contextTokens;
    this.vocabularySize = this.options.vocabularySize;
  }

  async prepare(): Promise<void> {
    const { layers, keyValueHeads, headDimension, contextTokens } = this.options;
    const { cpu, gpu, gpuGen } = this.context.files;
    // Where a GPU writes whole units from ids alone, what is left to do id by id is quicker on the processor.
    const provider = gpu === undefined && gpuGen !== undefined ? 'cpu' : this.runtime.provider;
    const session = await OrtSession.create({ cpu, gpu }, { ...this.runtime, provider });
    const firstRows = session.provider === 'cpu' ? contextTokens : copiedRows;
    const pasts = new Pasts(
      () => new KeyValueCache(layers, keyValueHeads, headDimension, firstRows, contextTokens),
      2 * layers * keyValueHeads * headDimension * contextTokens * Float32Array.BYTES_PER_ELEMENT <= keptBytes,
    );
    this.pasts = pasts;
    this.step = await this.made(session, StepGraph, pasts);
    this.gen = await this.makeGen(session, pasts);
    this.readsInOneGo = this.gen?.readsContext === true;
    if (this.gen) this.generate = (tokens, program, uniforms) => this.write(tokens, program, uniforms);
    await this.warmUp();
  }

  async extend(tokens: ArrayLike<number>): Promise<Float32Array> {
    this.check(tokens, tokens.length);
    this.append(tokens);
    return this.readTo(this.ids.length);
  }

  mark(): ModelMark {
    return { tokens: this.ids.length };
  }

  rewind(mark: ModelMark | undefined): void {
    if (mark === undefined) this.pasts?.leave(this.ids);
    this.ids.length = Math.min(this.ids.length, mark?.tokens ?? 0);
    if (mark) this.pasts?.cache.truncate(this.ids.length);
  }

  resume(tokens: ArrayLike<number>, piece = 1): number {
    const ids = Array.from(tokens);
    const known = this.ids.length > 0 ? 0 : this.prepared().pasts.resume(ids, piece);
    this.append(ids.slice(0, known));
    return known;
  }

  async dispose(): Promise<void> {
    const { step, gen } = this;
    this.step = undefined;
    this.gen = undefined;
    this.generate = undefined;
    await gen?.session.release();
    await step?.session.release();
  }

  /** Reads the ids of the context that the cache does not hold, up to `until`, and returns the logits after the last. */
  private async readTo(until: number): Promise<Float32Array> {
    const { step, pasts } = this.prepared();
    const { cache } = pasts;
    let logits: Float32Array | undefined;
    while (cache.rows < until) logits = await step.run(this.ids.slice(cache.rows, Math.min(until, cache.rows + chunkTokens)));
    return logits as Float32Array;
  }

  /** What {@link LanguageModel.generate} promises. Ids that cannot be otherwise are read with the others, not drawn. */
  private async write(tokens: ArrayLike<number>, program: UnitProgram, uniforms: Float64Array): Promise<ArrayLike<number>> {
    const { gen, pasts } = this.prepared();
    const { cache } = pasts;
    if (!gen) throw new ContinuoError('modelFailed', 'the model has no graph that writes units; ask it for logits');
    this.check(tokens, tokens.length + program.maximumTokens - 1);
    const { forced, state } = forcedIds(program);
    const context = this.ids.slice();
    this.append(tokens);
    this.append(forced);
    let unread = this.ids.slice(context.length);
    if (!gen.readsContext) {
      await this.readTo(Math.max(cache.rows, this.ids.length - chunkTokens));
      unread = this.ids.slice(cache.rows);
    }
    const drawn = await gen.run({ context, unread, program, state, count: program.maximumTokens - forced.length, uniforms });
    this.append(drawn.slice(0, -1));
    return [...forced, ...drawn];
  }

  private append(tokens: ArrayLike<number>): void {
    for (let index = 0; index < tokens.length; index += 1) this.ids.push(tokens[index]);
  }

  /** The graph that writes units: on a GPU where the pack has one for it, else where the other runs. */
  private async makeGen({ provider }: OrtSession, pasts: Pasts): Promise<GenGraph | undefined> {
    const { cpuGen, gpuGen } = this.context.files;
    if (gpuGen !== undefined && this.runtime.provider !== 'cpu') {
      const session = await OrtSession.create({ cpu: cpuGen, gpu: gpuGen }, this.runtime);
      if (session.provider !== 'cpu' || cpuGen !== undefined) return this.made(session, GenGraph, pasts);
      await session.release();
    }
    if (cpuGen === undefined || provider !== 'cpu') return undefined;
    return this.made(await OrtSession.create({ cpu: cpuGen }, { ...this.runtime, provider }), GenGraph, pasts);
  }

  private async made<Graph>(
    session: OrtSession,
    graph: new (session: OrtSession, options: DecoderOptions, pasts: Pasts) => Graph,
    pasts: Pasts,
  ): Promise<Graph> {
    try {
      return new graph(session, this.options, pasts);
    } catch (cause) {
      await session.release();
      throw cause;
    }
  }

  /** One run of every size that will come, at an empty context and at a long one. */
  private async warmUp(): Promise<void> {
    const chunk = new Int32Array(Math.min(chunkTokens, this.contextTokens - 1));
    for (let count = 0; count < warmUpRuns; count += 1) {
      this.rewind(undefined);
      await this.extend(chunk);
      await this.extend([0]);
      await this.generate?.([0], anyTwoIds(this.vocabularySize), Float64Array.of(0, 0));
    }
    this.rewind(undefined);
  }

  /** @param count ids that will be in the context more than now. */
  private check(tokens: ArrayLike<number>, count: number): void {
    if (tokens.length === 0) throw new ContinuoError('modelFailed', 'the model was given no token; give at least one');
    if (this.ids.length + count > this.contextTokens) {
      throw new ContinuoError('modelFailed', `the context of ${this.contextTokens} tokens is full; rewind before going on`);
    }
    for (let index = 0; index < tokens.length; index += 1) {
      if (!(tokens[index] >= 0 && tokens[index] < this.vocabularySize)) {
        throw new ContinuoError('modelFailed', `the model knows no token ${tokens[index]}; its ids are 0 to ${this.vocabularySize - 1}`);
      }
    }
    this.prepared();
  }

  private prepared(): { step: StepGraph; gen: GenGraph | undefined; pasts: Pasts } {
    const { step, gen, pasts } = this;
    if (step && pasts) return { step, gen, pasts };
    throw new ContinuoError('modelFailed', 'the model was not prepared, or was disposed of; call prepare first');
  }
}

/** The ids that a unit must begin with, all but its last at most, and the state after them. */
function forcedIds({ forced, next, biases, stateCount, maximumTokens }: UnitProgram): { forced: number[]; state: number } {
  const vocabularySize = biases.length / stateCount;
  const ids: number[] = [];
  let state = 0;
  while (forced[state] >= 0 && ids.length < maximumTokens - 1) {
    const after = next[state * vocabularySize + forced[state]];
    if (after === unitComplete) break;
    ids.push(forced[state]);
    state = after;
  }
  return { forced: ids, state };
}
