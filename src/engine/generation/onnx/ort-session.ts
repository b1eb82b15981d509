import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { ContinuoError } from '../../errors.js';
import { cudaObstacle, preloadCudaLibraries } from './cuda-libraries.js';
import { runFault, shortReason } from './device-loss.js';
import type { InferenceRuntime } from './inference-runtime.js';
import { libraryFault } from './native-library.js';
import { platformObstacle, providerFacts, providersInOrder, type OrtProvider } from './providers.js';
import { librariesOf } from './runtime-files.js';
import { turnTelemetryOff } from './telemetry.js';

/** A value that goes into a graph; its data is read at every run, not copied before. */
export type OrtTensor = Tensor;
/** Types of tensors, and what holds their values: of float16 the bits, of bool 0 and 1. */
export interface OrtArrays {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly float16: Uint16Array;
  readonly int64: BigInt64Array;
  readonly int32: Int32Array;
  readonly bool: Uint8Array;
  readonly uint8: Uint8Array;
}
export type OrtType = keyof OrtArrays;
export type OrtData = OrtArrays[OrtType];

/** A graph per kind of device: `gpu` is preferred where one is used. */
export interface OrtFiles {
  readonly cpu?: string;
  readonly gpu?: string;
}

export interface OrtFailure {
  readonly provider: OrtProvider;
  readonly reason: string;
  /** Whether onnxruntime was asked at all; not where the provider is not installed or cannot be on this platform. */
  readonly tried: boolean;
}

/** No provider takes a graph: every one that was wanted, and why not. */
export class OrtRefusal extends ContinuoError {
  constructor(
    errorName: 'badPack' | 'deviceUnavailable',
    sentence: string,
    readonly failures: readonly OrtFailure[],
  ) {
    super(errorName, sentence);
  }
}

/** What a graph's input or output must be. A dimension that is a word may have any size. */
export interface OrtSlot {
  readonly name: string;
  readonly type: OrtType;
  readonly shape: readonly (number | string)[];
}

/**
 * The one class that knows onnxruntime: a loaded graph on the first provider that takes it.
 *
 * Thread: the one it was made in. Blocks: create and run (the native call is synchronous; other events of the thread are
 * served between runs). Never end the thread or the process while a run is in flight.
 */
export class OrtSession {
  private constructor(
    private readonly ort: typeof import('onnxruntime-node'),
    private readonly session: InferenceSession,
    readonly file: string,
    readonly provider: OrtProvider,
    /** The providers tried before, and why each was not taken. */
    readonly failures: readonly OrtFailure[],
  ) {}

  /** Errors: {@link OrtRefusal}: `badPack` when no provider can load the graph, `deviceUnavailable` when a demanded device cannot be had. */
  static async create(files: OrtFiles, runtime: InferenceRuntime): Promise<OrtSession> {
    turnTelemetryOff();
    const ort = await importRuntime();
    const failures: OrtFailure[] = [];
    for (const provider of providersInOrder(runtime.provider, files)) {
      const file = provider === 'cpu' ? (files.cpu ?? files.gpu) : (files.gpu ?? files.cpu);
      if (file === undefined) throw new ContinuoError('badPack', 'the pack names no graph for this model; give a file with the role cpu');
      const obstacle = provider === 'cuda' ? cudaObstacle() : platformObstacle(provider);
      if (obstacle !== undefined) {
        failures.push({ provider, reason: obstacle, tried: false });
        continue;
      }
      const attempt = await load(ort, provider, file, runtime);
      if (typeof attempt !== 'string') return announced(new OrtSession(ort, attempt, file, provider, failures), runtime);
      failures.push({ provider, reason: attempt, tried: true });
    }
    throw refusal(files, failures);
  }

  get inputNames(): readonly string[] {
    return this.session.inputNames;
  }

  /** Errors: `badPack`, naming the first input or output that is not as it must be. */
  expect(inputs: readonly OrtSlot[], outputs: readonly OrtSlot[]): void {
    compare(this.file, 'input', inputs, this.session.inputMetadata);
    compare(this.file, 'output', outputs, this.session.outputMetadata);
  }

  /** A tensor over `data`, which is not copied; its type follows from the array's, of a Uint8Array it is bool unless it is said. */
  tensor(data: OrtData, shape: readonly number[], type: OrtType = typeOf(data)): OrtTensor {
    return new this.ort.Tensor(type, data, shape);
  }

  /**
   * Outputs by name, in memory of their own, each in the array of its type; say which where not all are float32.
   * Errors: `modelFailed`; `deviceLost` where the device it runs on cannot go on, and nothing should be asked again.
   *
   * @example const { tokens } = await session.run<{ tokens: BigInt64Array; delta: Float32Array }>(feeds);
   */
  async run<Outputs extends object = Record<string, Float32Array>>(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Outputs>> {
    try {
      const outputs = await this.session.run(feeds);
      return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, arrayOf(tensor)])) as Outputs;
    } catch (cause) {
      throw runFault(this.provider, this.file, cause);
    }
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

function typeOf(data: OrtData): OrtType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof BigInt64Array) return 'int64';
  if (data instanceof Int32Array) return 'int32';
  return data instanceof Uint16Array ? 'float16' : 'bool';
}

/** Where JavaScript knows Float16Array, onnxruntime gives one: here float16 is its bits, whatever runs us. */
function arrayOf({ type, data }: OrtTensor): OrtData {
  const array = data as OrtData;
  return type === 'float16' ? new Uint16Array(array.buffer, array.byteOffset, array.length) : array;
}

async function importRuntime(): Promise<typeof import('onnxruntime-node')> {
  try {
    const namespace = await import('onnxruntime-node');
    return namespace.default ?? namespace;
  } catch (cause) {
    throw new ContinuoError('modelFailed', `onnxruntime cannot be loaded on this machine: ${reasonOf(cause)}`, { cause });
  }
}

/** The session, or why there is none. */
async function load(ort: typeof import('onnxruntime-node'), provider: OrtProvider, file: string, runtime: InferenceRuntime): Promise<InferenceSession | string> {
  if (provider === 'cuda') preloadCudaLibraries();
  try {
    return await ort.InferenceSession.create(file, sessionOptions(provider, runtime));
  } catch (cause) {
    return withLoadersWords(provider, reasonOf(cause));
  }
}

function sessionOptions(provider: OrtProvider, { threads, spinning = true, verbose = false }: InferenceRuntime): InferenceSession.SessionOptions {
  return {
    executionProviders: [providerFacts[provider].runtimeName],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // DirectML allows no other; for the rest it is the default.
    enableMemPattern: provider !== 'directml',
    logSeverityLevel: verbose ? 0 : 3,
    extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } },
  };
}

/** onnxruntime says that a provider did not load; why, it prints at best. The system's loader says it again when asked. */
function withLoadersWords(provider: OrtProvider, reason: string): string {
  const fault = librariesOf(provider).map(libraryFault).find((words) => words !== undefined);
  if (fault === undefined) return reason;
  return reason.includes('Failed to load shared library') ? fault : `${reason.trim()} (${fault})`;
}

/** A device that is not there at all is no news. */
function announced(session: OrtSession, runtime: InferenceRuntime): OrtSession {
  for (const { provider, reason, tried } of session.failures) {
    if (tried) runtime.notice(`${providerFacts[provider].title} is not used for the model, it runs on ${providerFacts[session.provider].title}: ${shortReason(reason)}`);
  }
  return session;
}

function refusal(files: OrtFiles, failures: readonly OrtFailure[]): OrtRefusal {
  const { provider, reason } = failures[failures.length - 1];
  if (provider !== 'cpu') {
    const sentence = `the model cannot run on ${providerFacts[provider].title}: ${reason}; set the provider to auto or cpu, or see the doctor`;
    return new OrtRefusal('deviceUnavailable', sentence, failures);
  }
  return new OrtRefusal('badPack', `the graph ${files.cpu ?? files.gpu} cannot be loaded: ${reason}`, failures);
}

function compare(file: string, side: 'input' | 'output', wanted: readonly OrtSlot[], found: readonly InferenceSession.ValueMetadata[]): void {
  for (const slot of wanted) {
    const match = found.find(({ name }) => name === slot.name);
    if (!match) {
      throw new ContinuoError('badPack', `the graph ${file} has no ${side} ${slot.name}; it has ${found.map(({ name }) => name).join(', ')}`);
    }
    const is = match.isTensor ? `${match.type} ${words(match.shape)}` : 'no tensor';
    if (!match.isTensor || match.type !== slot.type || !fits(slot.shape, match.shape)) {
      throw new ContinuoError('badPack', `the ${side} ${slot.name} of the graph ${file} is ${is} and should be ${slot.type} ${words(slot.shape)}; correct the model's options in pack.json or export it again`);
    }
  }
  const extra = found.find(({ name }) => !wanted.some((slot) => slot.name === name));
  if (side === 'input' && extra) {
    throw new ContinuoError('badPack', `the graph ${file} has an input ${extra.name} that nobody feeds; correct the model's options in pack.json or export it again`);
  }
}

/** A free dimension of the graph takes any size; a free dimension that is wanted must be free in the graph. */
function fits(wanted: readonly (number | string)[], found: readonly (number | string)[]): boolean {
  if (wanted.length !== found.length) return false;
  return wanted.every((size, axis) => typeof found[axis] === 'string' || found[axis] === size);
}

function words(shape: readonly (number | string)[]): string {
  return `[${shape.join(', ')}]`;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
