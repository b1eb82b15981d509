import type { ZodType } from 'zod';

export type PluginKind = 'tokenizer' | 'model' | 'composer' | 'transport';

/**
 * What the main thread knows of a plugin: light, no implementation loaded.
 * `implementation` is imported only in the thread that runs it.
 */
export interface PluginDescriptor {
  readonly kind: PluginKind;
  /** Dash-case, unique within its kind. */
  readonly name: string;
  /** One sentence for `continuo plugins`. */
  readonly summary: string;
  /** Words other parts may ask for, e.g. `constraint:pitchRange`, `form:rows`, `virtual-ports`. */
  readonly capabilities: readonly string[];
  /**
   * Of the capabilities, those that such options take away, or a model that writes these kinds of event alone (none: all).
   * Default: none. Pure.
   */
  readonly lacks?: (options: unknown, events: readonly string[]) => readonly string[];
  /** Validates and completes the options a pack, a configuration or a command line gives. */
  readonly optionsSchema: ZodType;
  /** Roles of the files that a pack must name for it. Absent: `cpu` for a model with weights, else none. */
  readonly fileRoles?: readonly string[];
  /** File URL of an ES module whose default export is an inversify ContainerModule that binds the kind's contract. */
  readonly implementation: string;
  /**
   * Where what the plugin computes on can be lost and come back, a server for instance: file URL of an ES module whose
   * default export is an {@link AwaitReturn}. Imported in the main thread, and only once it has been lost.
   */
  readonly recovery?: string;
}

/** Service identifier of {@link PluginContext} in a worker's container. */
export const PluginContext = Symbol.for('continuo.PluginContext');

/** What an implementation is given when it is made. */
export interface PluginContext {
  /** The options after `optionsSchema`. */
  readonly options: unknown;
  /** Roles to absolute paths of the pack's files for this plugin, e.g. `{ cpu: '/…/step.int8.onnx' }`. */
  readonly files: Readonly<Record<string, string>>;
}

/** What of the performer's configuration a plugin may need to know before it reaches out. */
export interface ReturnContext extends PluginContext {
  /** Hosts it may connect to, `host` or `host:port`. */
  readonly allowedHosts: readonly string[];
}

/**
 * Resolves once what was lost can be had again; rejects when `signal` is aborted, and where it will never come back.
 * Thread: main. Blocks: never.
 */
export type AwaitReturn = (context: ReturnContext, signal: AbortSignal) => Promise<void>;
