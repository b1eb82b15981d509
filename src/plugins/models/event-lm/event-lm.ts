import type { LanguageModel, ModelMark } from '../../../engine/contracts/language-model.js';
import type { PluginContext } from '../../../engine/contracts/plugin.js';
import type { UnitProgram } from '../../../engine/contracts/unit-table.js';
import { ContinuoError } from '../../../engine/errors.js';
import type { InferenceRuntime } from '../../../engine/generation/onnx/inference-runtime.js';
import { DeltaNets } from './delta-nets.js';
import { rowWidth, type EventNets } from './event-nets.js';
import { JoinedNets } from './joined-nets.js';
import type { EventOptions } from './options.js';

/** Events in one run: enough to use the cores well, few enough that a run stays short. */
const chunkEvents = 16;
/** onnxruntime settles after a few runs of either kind. */
const warmUpRuns = 3;

/**
 * A two-level model of rows of eight ids: a base net reads whole events, a token net spells the next one. Ids come in any
 * number, also in the middle of a row; going back is forgetting events, and a row begun is spelled again from the state
 * behind the event before it. What the nets hold of a context is there until another is read: one that begins alike goes on
 * from there.
 */
export class EventLanguageModel implements LanguageModel {
  readonly contextTokens: number;
  readonly vocabularySize: number;
  readonly spellsRows = true;
  generate?: LanguageModel['generate'];
  private readonly ids: number[] = [];
  /** The context that was left last, as far as the nets still hold its events. */
  private left: readonly number[] = [];
  /** Whole events the base net has read. */
  private events = 0;
  /** Positions of the row begun that the token net still holds. */
  private known = 0;
  private nets: EventNets | undefined;

  constructor(
    private readonly context: PluginContext,
    private readonly runtime: InferenceRuntime,
  ) {
    const { contextTokens, vocabularySize } = context.options as EventOptions;
    this.contextTokens = contextTokens;
    this.vocabularySize = vocabularySize;
  }

  async prepare(): Promise<void> {
    const { options } = this.context;
    const isOwn = (options as EventOptions).interface === 'delta';
    const nets: EventNets = isOwn ? new DeltaNets(this.context, this.runtime) : new JoinedNets(this.context, this.runtime);
    try {
      await nets.prepare();
    } catch (cause) {
      await nets.dispose();
      throw cause;
    }
    this.nets = nets;
    if (nets.write) this.generate = (tokens, program, uniforms) => this.writeRow(tokens, program, uniforms);
    await this.warmUp();
  }

  async extend(tokens: ArrayLike<number>): Promise<Float32Array> {
    const nets = this.take(tokens);
    await this.readEvents(nets, Math.floor(this.ids.length / rowWidth));
    const row = this.idsFrom(this.events * rowWidth, this.ids.length);
    const logits = await nets.opinion(row, this.events, this.known);
    this.known = row.length + 1;
    return logits;
  }

  mark(): ModelMark {
    return { tokens: this.ids.length };
  }

  rewind(mark: ModelMark | undefined): void {
    if (mark === undefined && this.ids.length > 0) this.left = this.ids.slice(0, this.events * rowWidth);
    const length = Math.min(mark?.tokens ?? 0, this.ids.length);
    const events = Math.floor(length / rowWidth);
    const sameRow = events === Math.floor(this.ids.length / rowWidth) && events === this.events;
    this.known = sameRow ? Math.min(this.known, (length % rowWidth) + 1) : 0;
    this.events = Math.min(this.events, events);
    this.ids.length = length;
  }

  resume(tokens: ArrayLike<number>, piece = 1): number {
    if (this.ids.length > 0) return 0;
    const whole = piece % rowWidth === 0 ? piece : piece * rowWidth;
    const most = Math.min(this.left.length, tokens.length - 1);
    let length = 0;
    while (length < most && this.left[length] === tokens[length]) length += 1;
    length -= length % whole;
    for (let index = 0; index < length; index += 1) this.ids.push(tokens[index]);
    this.events = length / rowWidth;
    return length;
  }

  async dispose(): Promise<void> {
    const { nets } = this;
    this.nets = undefined;
    this.generate = undefined;
    await nets?.dispose();
  }

  private async writeRow(tokens: ArrayLike<number>, program: UnitProgram, uniforms: Float64Array): Promise<ArrayLike<number>> {
    const length = this.ids.length + tokens.length;
    if (length % rowWidth !== 0 || length / rowWidth <= this.events) {
      throw new ContinuoError('modelFailed', 'a row is written behind a whole row that was not read yet; use extend inside rows');
    }
    if (length + program.maximumTokens > this.contextTokens + 1) throw this.full();
    const nets = this.take(tokens);
    const whole = length / rowWidth;
    const before = Math.max(this.events, whole - chunkEvents);
    await this.readEvents(nets, before);
    const rows = this.idsFrom(before * rowWidth, length);
    const written = await (nets.write as NonNullable<EventNets['write']>)(rows, before, program, uniforms);
    this.events = whole;
    this.known = 0;
    for (let index = 0; index < written.length - 1; index += 1) this.ids.push(written[index]);
    return written;
  }

  /** Has the base net read all events up to `until`. */
  private async readEvents(nets: EventNets, until: number): Promise<void> {
    while (this.events < until) {
      const end = Math.min(until, this.events + chunkEvents);
      await nets.read(this.idsFrom(this.events * rowWidth, end * rowWidth), this.events);
      this.events = end;
      this.known = 0;
    }
  }

  private idsFrom(from: number, until: number): BigInt64Array {
    return BigInt64Array.from({ length: until - from }, (_, index) => BigInt(this.ids[from + index]));
  }

  /** Appends ids, or refuses all of them. */
  private take(tokens: ArrayLike<number>): EventNets {
    const { nets } = this;
    if (!nets) throw new ContinuoError('modelFailed', 'the model was not prepared, or was disposed of; call prepare first');
    if (tokens.length === 0) throw new ContinuoError('modelFailed', 'the model was given no token; give at least one');
    if (this.ids.length + tokens.length > this.contextTokens) throw this.full();
    for (let index = 0; index < tokens.length; index += 1) {
      if (!(tokens[index] >= 0 && tokens[index] < this.vocabularySize)) {
        throw new ContinuoError('modelFailed', `the model knows no token ${tokens[index]}; its ids are 0 to ${this.vocabularySize - 1}`);
      }
    }
    for (let index = 0; index < tokens.length; index += 1) this.ids.push(tokens[index]);
    this.left = [];
    return nets;
  }

  private full(): ContinuoError {
    return new ContinuoError('modelFailed', `the context of ${this.contextTokens} tokens is full; rewind before going on`);
  }

  /** Runs of every size that will come. */
  private async warmUp(): Promise<void> {
    const chunk = new Int32Array(Math.min(chunkEvents * rowWidth, this.contextTokens - rowWidth));
    for (let count = 0; count < warmUpRuns; count += 1) {
      this.rewind(undefined);
      await this.extend(chunk);
      await this.extend(new Int32Array(rowWidth));
    }
    this.rewind(undefined);
  }
}
