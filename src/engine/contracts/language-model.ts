import type { LinkFigures } from './link-figures.js';
import type { ModelMemory } from './model-memory.js';
import type { ModelSteering } from './model-steering.js';
import type { UnitProgram } from './unit-table.js';

/** Service identifier of the language model in a worker's container. */
export const LanguageModel = Symbol.for('continuo.LanguageModel');

/**
 * A causal model of token ids with a context it remembers.
 * Thread: the inference worker it was made in. Blocks: prepare and extend, for as long as the model runs.
 * Errors: `deviceLost` from prepare and extend where the GPU or the server it computes on is gone; see {@link Composer}.
 */
export interface LanguageModel {
  /** Tokens the model can hold; `extend` past it throws `modelFailed`. Infinity for recurrent models. */
  readonly contextTokens: number;
  readonly vocabularySize: number;
  /** Optional: a context is read in one go, however long it is, so that nothing is won by reading parts of it beforehand. */
  readonly readsInOneGo?: boolean;
  /**
   * Optional: rows are spelled from a state of their own, so that what is thought inside a row that was left and is come back to is
   * what it was only up to rounding. Default: to come back is exact wherever a run ended.
   */
  readonly spellsRows?: boolean;
  /** Loads weights, allocates buffers, warms up. Errors: `badPack`, `modelFailed`. */
  prepare(): Promise<void>;
  /**
   * Appends tokens to the context and returns the logits (length vocabularySize) of the token after the last one.
   * The array is valid until the next call. `tokens` holds at least one id.
   */
  extend(tokens: ArrayLike<number>): Promise<Float32Array>;
  /**
   * Optional, in models whose opinion hangs on the ids of a context and not on the runs they were read in: appends `tokens` and says
   * nothing, which costs less. Such a model is told of a past as soon as there is time, and takes it up at any id. Errors: as `extend`.
   */
  hear?(tokens: ArrayLike<number>): Promise<void>;
  /**
   * Optional, there or not once `prepare` is done: appends `tokens` as `extend` does, then draws a whole unit in one run
   * and returns its ids, from the first state of `program` to where the unit is complete. All of them but the last are
   * then in the context, as if each had been given to `extend`. `uniforms`: as many numbers in 0 <= u < 1 as the unit can
   * draw; what is drawn is what {@link UnitProgram} says, up to the rounding of the logits. Errors: as `extend`.
   */
  generate?(tokens: ArrayLike<number>, program: UnitProgram, uniforms: Float64Array): Promise<ArrayLike<number>>;
  /** Remembers the present context. */
  mark(): ModelMark;
  /** Goes back to a mark taken earlier on this path; marks taken after it are void. `undefined`: the empty context. */
  rewind(mark: ModelMark | undefined): void;
  /**
   * Optional, in the empty context: puts as many of the first `tokens` into it as the model still knows from a context it
   * left, without reading them, and returns how many; never the last, so that there is something to {@link extend} with.
   * `piece`: contexts are read in runs that end at its multiples. A model whose opinion hangs on how a context was cut, if only
   * by rounding, takes up whole pieces then. Default: 1.
   */
  resume?(tokens: ArrayLike<number>, piece?: number): number;
  /**
   * Optional, in models that decide more than the next id: reads `tokens` into an empty context and returns how likely it
   * thought what they say from index `from` on, as a natural logarithm. The context is then anything: rewind to the empty one.
   * Default: what its opinions on the ids come to. Errors: as `extend`.
   */
  likelihood?(tokens: ArrayLike<number>, from: number): Promise<number>;
  /**
   * Optional: takes a performer's wishes, told before every priming and every span. They hold from the next place where the
   * model decides (its next bar), and outlive a rewind.
   */
  steer?(steering: ModelSteering): void;
  /** Optional, in models that can be steered to a place: where the first bar of `tokens` is; `undefined` where there is none. The context stays. */
  placeOf?(tokens: ArrayLike<number>): Promise<Float32Array | undefined>;
  /** Optional, in models whose memory is numbers of a fixed count: it can be kept and recalled. */
  readonly memory?: ModelMemory;
  /** Optional, where the model computes on another machine: how that is reached. */
  link?(): LinkFigures;
  /** Frees the session. Idempotent. Never call while `extend` is pending. */
  dispose(): Promise<void>;
}

/** Opaque to everybody but its model; `tokens` is the context length it stands for. */
export interface ModelMark {
  readonly tokens: number;
}
