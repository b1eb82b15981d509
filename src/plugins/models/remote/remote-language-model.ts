import { noLink, type LinkFigures } from '../../../engine/contracts/link-figures.js';
import type { LanguageModel, ModelMark } from '../../../engine/contracts/language-model.js';
import type { PluginContext } from '../../../engine/contracts/plugin.js';
import { anyTwoIds, type UnitProgram } from '../../../engine/contracts/unit-table.js';
import { ContinuoError } from '../../../engine/errors.js';
import type { InferenceRuntime } from '../../../engine/generation/onnx/inference-runtime.js';
import { binaryExtension, decodeResponse, encodeRequest, modelPath, type Encoding } from './inference-protocol.js';
import { InferenceServer } from './inference-server.js';
import type { RemoteOptions } from './options.js';
import { contextForm, type ContextForm } from './served-model.js';
import { unitForm, unitInputs, unitOf, type UnitForm } from './served-unit.js';
import { serverAddress } from './server-address.js';
import { floatsFromHalves, sizeOf, type Tensor } from './tensor.js';

/** Runs that a server gets to settle, at an empty context and at a long one. */
const warmUpRuns = 3;
/** What JSON and its surroundings may need beside the values. */
const spareBytes = 1 << 16;
/** A number in JSON. */
const jsonBytesPerNumber = 26;

/**
 * A causal model on a server of the open inference protocol. The server remembers nothing: the whole context travels with
 * each request, so that a server that was restarted, or another one behind the same name, goes on in the same place, and
 * going back in the music costs nothing.
 *
 * Thread: the inference worker. Blocks: no; prepare, extend and generate wait for the server. Errors: `deviceUnavailable`
 * where the host is not allowed or lets nobody in, `badPack` where the served model is not what the pack says,
 * `deviceLost` where the server is gone, `modelFailed` where it refuses or cannot be understood.
 */
export class RemoteLanguageModel implements LanguageModel {
  readonly contextTokens: number;
  readonly vocabularySize: number;
  readonly readsInOneGo = true;
  /** There once {@link prepare} has found a served model for it. */
  generate?: LanguageModel['generate'];
  private readonly options: RemoteOptions;
  private readonly ids: BigInt64Array;
  private length = 0;
  private readonly ended = new AbortController();
  private server: InferenceServer | undefined;
  private form: ContextForm = { idType: 'INT64', idRank: 2 };
  private encoding: Encoding = 'binary';

  constructor(
    private readonly context: PluginContext,
    private readonly runtime: InferenceRuntime,
  ) {
    this.options = context.options as RemoteOptions;
    this.contextTokens = this.options.contextTokens;
    this.vocabularySize = this.options.vocabularySize;
    this.ids = new BigInt64Array(this.contextTokens);
  }

  async prepare(): Promise<void> {
    const { options, runtime } = this;
    const ground = { allowedHosts: runtime.allowedHosts ?? [], environment: process.env, authorityFile: this.context.files.authority };
    const address = serverAddress(options, ground);
    const ending = AbortSignal.any([this.ended.signal, ...(runtime.ending ? [runtime.ending] : [])]);
    const server = new InferenceServer(address, options, ending, (sentence) => runtime.notice(sentence));
    this.server = server;
    try {
      this.form = contextForm(server.name, await server.modelMetadata(this.path), this.vocabularySize);
      await this.chooseEncoding(server);
      await this.prepareUnits(server);
      await this.warmUp(server);
    } catch (cause) {
      await this.dispose();
      throw beforeUse(cause, server.name);
    }
  }

  async extend(tokens: ArrayLike<number>): Promise<Float32Array> {
    const server = this.prepared();
    this.check(tokens, tokens.length);
    const count = this.append(tokens);
    const logits = await this.opinion(server, count);
    this.length = count;
    return logits;
  }

  mark(): ModelMark {
    return { tokens: this.length };
  }

  rewind(mark: ModelMark | undefined): void {
    this.length = Math.min(this.length, mark?.tokens ?? 0);
  }

  link(): LinkFigures {
    return this.server?.figures() ?? noLink;
  }

  async dispose(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    this.generate = undefined;
    this.ended.abort(new ContinuoError('modelFailed', 'the model was disposed of'));
    server?.close();
  }

  private get path(): string {
    return modelPath(this.options.model, this.options.version);
  }

  private async prepareUnits(server: InferenceServer): Promise<void> {
    const { unitModel } = this.options;
    if (unitModel === undefined) return;
    const path = modelPath(unitModel, undefined);
    const form = unitForm(server.name, await server.modelMetadata(path), this.vocabularySize);
    this.generate = (tokens, program, uniforms) => this.write(path, form, tokens, program, uniforms);
  }

  /** What {@link LanguageModel.generate} promises. */
  private async write(path: string, form: UnitForm, tokens: ArrayLike<number>, program: UnitProgram, uniforms: Float64Array): Promise<number[]> {
    const server = this.prepared();
    this.check(tokens, tokens.length + program.maximumTokens - 1);
    const count = this.append(tokens);
    const task = { ids: this.ids.subarray(0, count), program, uniforms, vocabularySize: this.vocabularySize };
    const answer = await server.infer(path, encodeRequest(unitInputs(form, task), ['tokens'], this.encoding), spareBytes + program.maximumTokens * jsonBytesPerNumber);
    const tensors = server.readable(answer, () => decodeResponse(answer));
    const ids = unitOf(task, tensors.get('tokens'));
    if (!ids) throw new ContinuoError('modelFailed', `the server ${server.name} writes ids that were not asked for; serve the model that the pack was made for`);
    this.length = count;
    this.length = this.append(ids.slice(0, -1));
    return ids;
  }

  /** Writes the ids after the context; they count once the server has read them. Returns how many there are then. */
  private append(tokens: ArrayLike<number>): number {
    for (let index = 0; index < tokens.length; index += 1) this.ids[this.length + index] = BigInt(tokens[index]);
    return this.length + tokens.length;
  }

  /** What the server says of the first `count` ids. */
  private async opinion(server: InferenceServer, count: number): Promise<Float32Array> {
    const request = encodeRequest([this.idTensor(count)], ['logits'], this.encoding);
    const answer = await server.infer(this.path, request, this.largestAnswer(count));
    const tensors = server.readable(answer, () => decodeResponse(answer));
    return this.lastRow(server, tensors.get('logits'), count);
  }

  private idTensor(count: number): Tensor {
    const { idType, idRank } = this.form;
    const ids = this.ids.subarray(0, count);
    const shape = idRank === 2 ? [1, count] : [count];
    return { name: 'ids', datatype: idType, shape, data: idType === 'INT64' ? ids : Int32Array.from(ids, Number) };
  }

  /** A model may give its opinion after every id; only the last is wanted. */
  private lastRow(server: InferenceServer, logits: Tensor | undefined, count: number): Float32Array {
    const { vocabularySize } = this;
    const rows = logits ? sizeOf(logits.shape) / vocabularySize : 0;
    const { datatype, data } = logits ?? {};
    if (!logits || logits.shape[logits.shape.length - 1] !== vocabularySize || (rows !== 1 && rows !== count) || (datatype !== 'FP32' && datatype !== 'FP16')) {
      const is = logits ? `${logits.datatype} [${logits.shape.join(', ')}]` : 'missing';
      throw new ContinuoError('modelFailed', `the logits from the server ${server.name} are ${is} and should be FP32 [1, ${vocabularySize}]; serve the model that the pack was made for`);
    }
    const values = datatype === 'FP16' ? floatsFromHalves((data as Uint16Array).subarray(-vocabularySize)) : (data as Float32Array).subarray(-vocabularySize);
    if (values.some(Number.isNaN)) throw new ContinuoError('modelFailed', `the server ${server.name} answers with logits that are no numbers; load the model there again`);
    return values;
  }

  private largestAnswer(count: number): number {
    const bytesPerNumber = this.encoding === 'json' ? jsonBytesPerNumber : 4;
    return spareBytes + count * this.vocabularySize * bytesPerNumber;
  }

  /** Where a server does not say that it takes binary tensors, it is tried. */
  private async chooseEncoding(server: InferenceServer): Promise<void> {
    const { encoding } = this.options;
    if (encoding !== 'auto') {
      this.encoding = encoding;
      return;
    }
    const { extensions } = await server.metadata();
    this.encoding = 'binary';
    if (extensions.includes(binaryExtension)) return;
    try {
      await this.opinion(server, 1);
    } catch (cause) {
      if (this.ended.signal.aborted || this.runtime.ending?.aborted) throw cause;
      this.encoding = 'json';
    }
  }

  /** Lets the server settle, and tells how long it takes. */
  private async warmUp(server: InferenceServer): Promise<void> {
    const long = Math.floor(this.contextTokens * 0.75);
    const times: number[] = [];
    for (const count of [1, long]) {
      for (let run = 0; run < warmUpRuns; run += 1) {
        const started = performance.now();
        await this.opinion(server, count);
        times.push(performance.now() - started);
      }
    }
    if (this.generate) {
      for (let run = 0; run < warmUpRuns; run += 1) await this.generate([0], anyTwoIds(this.vocabularySize), Float64Array.of(0, 0));
      this.rewind(undefined);
    }
    const best = (from: number): string => Math.min(...times.slice(from, from + warmUpRuns)).toFixed(1);
    this.runtime.notice(`The inference server ${server.name} answers in ${best(0)} ms, in ${best(warmUpRuns)} ms with ${long} ids of context.`);
  }

  /** @param count ids that will be in the context more than now. */
  private check(tokens: ArrayLike<number>, count: number): void {
    if (tokens.length === 0) throw new ContinuoError('modelFailed', 'the model was given no token; give at least one');
    if (this.length + count > this.contextTokens) {
      throw new ContinuoError('modelFailed', `the context of ${this.contextTokens} tokens is full; rewind before going on`);
    }
    for (let index = 0; index < tokens.length; index += 1) {
      if (!(tokens[index] >= 0 && tokens[index] < this.vocabularySize)) {
        throw new ContinuoError('modelFailed', `the model knows no token ${tokens[index]}; its ids are 0 to ${this.vocabularySize - 1}`);
      }
    }
  }

  private prepared(): InferenceServer {
    if (this.server) return this.server;
    throw new ContinuoError('modelFailed', 'the model was not prepared, or was disposed of; call prepare first');
  }
}

/** A server that is gone before a note was played has not been lost: the pack cannot be had, that is all. */
function beforeUse(cause: unknown, server: string): unknown {
  if (!(cause instanceof ContinuoError) || cause.errorName !== 'deviceLost') return cause;
  return new ContinuoError('deviceUnavailable', `the pack cannot be loaded without its server ${server}: ${cause.message}`, { cause });
}
