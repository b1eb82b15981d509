import type { InferenceRuntimeOptions } from '../composer-recipe.js';

/** Service identifier of {@link InferenceRuntime} in a worker's container. */
export const InferenceRuntime = Symbol.for('continuo.InferenceRuntime');

/** How models are to be run in this thread, and where to say what became of it. */
export interface InferenceRuntime extends InferenceRuntimeOptions {
  /** One sentence a performer may want to read, e.g. that a GPU could not be used, and why. */
  notice(sentence: string): void;
  /** Aborted when the composer is to be disposed of: whoever waits for something then gives up, by rejecting. */
  readonly ending?: AbortSignal;
  /** Whether onnxruntime tells on standard error all it does, e.g. on which provider each node is placed. Default: no. */
  readonly verbose?: boolean;
}
