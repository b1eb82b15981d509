import { availableParallelism } from 'node:os';
import type { SamplingControls } from '../contracts/composer.js';
import type { Beats } from '../music/units.js';
import type { ProviderChoice } from './onnx/providers.js';

/** Everything a worker needs to make a composer; plain data that can be sent to a thread. */
export type ComposerRecipe = TokenRecipe | PluginRecipe;

/** Tokenizer + language model + sampler. */
export interface TokenRecipe {
  readonly kind: 'token';
  readonly tokenizer: RecipePart;
  readonly model: RecipePart;
  readonly generation: GenerationOptions;
  readonly sampling: Partial<SamplingControls>;
  readonly runtime: InferenceRuntimeOptions;
}

/** A plugin that is a composer itself. */
export interface PluginRecipe {
  readonly kind: 'plugin';
  readonly composer: RecipePart;
  readonly runtime: InferenceRuntimeOptions;
}

/** One plugin: where its implementation is, and what the pack gives it. */
export interface RecipePart {
  /** File URL of the implementation's module. */
  readonly implementation: string;
  /** After the plugin's `optionsSchema`. */
  readonly options: unknown;
  /** Roles to absolute paths. */
  readonly files: Readonly<Record<string, string>>;
}

/** How a pack wants its model to be used. */
export interface GenerationOptions {
  /** The training music was all in C or A minor: history and music are transposed. */
  readonly keyNormalised: boolean;
  /** Kinds of event the model may write. */
  readonly events: readonly string[];
  /** Ids of history the model is primed with at most. Default: half its context. */
  readonly promptTokens?: number;
  /** The longest silence the model may write, where the performer says nothing else. */
  readonly maxRestBeats?: Beats;
  /** The parts the model writes; empty: whatever it likes. */
  readonly tracks: readonly GenerationTrack[];
  /** Rows of ids that every stream begins with, after the vocabulary's own start. */
  readonly setup: readonly (readonly number[])[];
}

export interface GenerationTrack {
  readonly track: number;
  readonly channel: number;
  readonly program?: number;
  readonly name: string;
}

export interface InferenceRuntimeOptions {
  /** `auto`: the first that works of the devices the pack has a graph for, else the CPU. */
  readonly provider: ProviderChoice;
  /** Threads of one model run. */
  readonly threads: number;
  /**
   * Whether threads wait for more work by spinning (default: yes). Without it a second thread buys nothing; with one
   * thread it means nothing.
   */
  readonly spinning?: boolean;
  /** Hosts a model may connect to, `host` or `host:port`, as the performer has allowed them. Default: none. */
  readonly allowedHosts?: readonly string[];
}

/** More threads than this make no run of a model that can be played with faster. */
const mostThreads = 4;

/** Threads of a model where nobody says otherwise: one core is left to the notes. */
export function defaultThreads(cores: number = availableParallelism()): number {
  return Math.max(1, Math.min(cores - 1, mostThreads));
}

export const defaultRuntime: InferenceRuntimeOptions = { provider: 'auto', threads: defaultThreads() };
