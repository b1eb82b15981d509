import type { PluginContext } from '../../../engine/contracts/plugin.js';
import type { UnitProgram } from '../../../engine/contracts/unit-table.js';
import type { InferenceRuntime } from '../../../engine/generation/onnx/inference-runtime.js';
import { OrtSession, type OrtData, type OrtSlot, type OrtTensor } from '../../../engine/generation/onnx/ort-session.js';
import { rowWidth, type EventNets } from './event-nets.js';
import { HiddenStates } from './hidden-states.js';
import { KeyValueBuffers } from './key-value-buffers.js';
import type { EventOptions } from './options.js';

/** Of writing; the reading is warmed up by whoever reads. */
const warmUpRuns = 3;

type Feeds = Record<string, OrtTensor>;
type Outputs = { readonly hidden: Float32Array; readonly delta: Float32Array; readonly ids: BigInt64Array };

/**
 * Continuo's own graphs: keys and values stay with the host, a run hands out the new rows alone, and one run reads an
 * event and writes the next. The form is told in this plugin's README.
 */
export class DeltaNets implements EventNets {
  private readonly past: KeyValueBuffers;
  private readonly own: KeyValueBuffers;
  private readonly hidden: HiddenStates;
  private readonly layers: number;
  private event: OrtSession | undefined;
  private token: OrtSession | undefined;
  /** Tensors over the buffers; good until the buffers are replaced. */
  private pastFeeds: Feeds = {};
  private memoryFeeds: Feeds = {};
  private ownFeeds: Feeds = {};
  private readonly nothing: UnitProgram;

  constructor(
    private readonly context: PluginContext,
    private readonly runtime: InferenceRuntime,
  ) {
    const { base, token, memoryLayers, hiddenSize, contextTokens, vocabularySize } = context.options as EventOptions;
    this.layers = base.layers + memoryLayers;
    this.past = new KeyValueBuffers(this.layers, base.keyValueHeads, base.headDimension, Math.ceil(contextTokens / rowWidth));
    this.own = new KeyValueBuffers(token.layers, token.keyValueHeads, token.headDimension, rowWidth, rowWidth);
    this.hidden = new HiddenStates(hiddenSize);
    this.nothing = emptyProgram(vocabularySize);
  }

  async prepare(): Promise<void> {
    const { files, options } = this.context;
    const { cpu, gpu, token, tokenGpu } = files;
    this.event = await OrtSession.create({ cpu, gpu }, this.runtime);
    this.event.expect(...eventSlots(options as EventOptions, this.layers));
    this.token = await OrtSession.create({ cpu: token, gpu: tokenGpu }, this.runtime);
    this.token.expect(...tokenSlots(options as EventOptions, this.layers));
    this.showPast();
    const { keyValueHeads, headDimension } = (options as EventOptions).token;
    this.ownFeeds = this.feeds('past_t', this.own, [1, keyValueHeads, rowWidth, headDimension]);
    for (let count = 0; count < warmUpRuns; count += 1) await this.run(new BigInt64Array(rowWidth), 0, 1, this.nothing, new Float64Array(1));
  }

  async read(ids: BigInt64Array, events: number): Promise<void> {
    await this.run(ids, events, 0, this.nothing, new Float64Array(1));
  }

  async write(ids: BigInt64Array, events: number, program: UnitProgram, uniforms: Float64Array): Promise<ArrayLike<number>> {
    return Array.from(await this.run(ids, events, program.maximumTokens, program, uniforms), Number);
  }

  async opinion(row: BigInt64Array, events: number, known: number): Promise<Float32Array> {
    const session = this.token as OrtSession;
    const hidden = this.hidden.behind(events);
    const { logits, tdelta } = await session.run({
      hidden: session.tensor(hidden, [1, 1, hidden.length]),
      row: session.tensor(row, [1, row.length]),
      tlen: whole(session, known),
      plen: whole(session, events),
      ...this.ownFeeds,
      ...this.memoryFeeds,
    });
    this.own.put(tdelta, known, row.length + 1 - known);
    return logits;
  }

  async dispose(): Promise<void> {
    const sessions = [this.event, this.token];
    this.event = this.token = undefined;
    for (const session of sessions) await session?.release();
  }

  private async run(ids: BigInt64Array, events: number, count: number, program: UnitProgram, uniforms: Float64Array): Promise<BigInt64Array> {
    const session = this.event as OrtSession;
    const added = ids.length / rowWidth;
    if (this.past.reserve(events + added, events)) this.showPast();
    const result = await session.run<Outputs>({
      ev: session.tensor(ids, [1, added, rowWidth]),
      plen: whole(session, events),
      count: whole(session, count),
      state: whole(session, 0),
      ...programFeeds(session, program),
      uniforms: session.tensor(uniforms, [uniforms.length]),
      ...this.pastFeeds,
    });
    this.past.put(result.delta, events, added);
    this.hidden.put(result.hidden, events);
    return result.ids;
  }

  private showPast(): void {
    const { base } = this.context.options as EventOptions;
    this.pastFeeds = this.feeds('past_', this.past, [1, base.keyValueHeads, this.past.capacity, base.headDimension]);
    this.memoryFeeds = Object.fromEntries(Object.entries(this.pastFeeds).slice(2 * base.layers));
  }

  private feeds(prefix: string, { buffers }: KeyValueBuffers, shape: readonly number[]): Feeds {
    const session = this.event as OrtSession;
    return Object.fromEntries(buffers.map((buffer, index) => [pastName(prefix, index), session.tensor(buffer, shape)]));
  }
}

/** Buffers alternate between keys and values, as delta does. */
function pastName(prefix: string, index: number): string {
  return `${prefix}${index % 2 === 0 ? 'k' : 'v'}${index >> 1}`;
}

function whole(session: OrtSession, value: number): OrtTensor {
  return session.tensor(BigInt64Array.of(BigInt(value)), [1]);
}

function emptyProgram(vocabularySize: number): UnitProgram {
  const one = Float64Array.of(1);
  return {
    stateCount: 1,
    maximumTokens: 0,
    biases: new Float32Array(vocabularySize),
    next: new Int32Array(vocabularySize),
    temperatures: one,
    leastShares: one,
    draws: one,
    forced: Int32Array.of(-1),
    firsts: Int32Array.of(0),
    lasts: Int32Array.of(0),
    topP: 1,
    topK: 0,
  };
}

function programFeeds(session: OrtSession, program: UnitProgram): Feeds {
  const { stateCount: states, biases, next, topP, topK } = program;
  const size = biases.length / states;
  const ranks = topK > 0 ? topK : topP < 1 ? size : 0;
  const perState = (data: OrtData): OrtTensor => session.tensor(data, [states]);
  return {
    biases: session.tensor(biases, [states, size]),
    next: session.tensor(next, [states, size]),
    firsts: perState(BigInt64Array.from(program.firsts, BigInt)),
    lasts: perState(BigInt64Array.from(program.lasts, BigInt)),
    temperatures: perState(program.temperatures),
    least_shares: perState(program.leastShares),
    draws: perState(program.draws),
    top_p: session.tensor(Float64Array.of(topP), [1]),
    ranks: whole(session, ranks),
  };
}

function pasts(prefix: string, first: number, count: number, shape: readonly (number | string)[]): OrtSlot[] {
  return Array.from({ length: 2 * count }, (_, index) => ({ name: pastName(prefix, 2 * first + index), type: 'float32', shape }));
}

function eventSlots({ vocabularySize: size, hiddenSize, base }: EventOptions, layers: number): [OrtSlot[], OrtSlot[]] {
  const { keyValueHeads: heads, headDimension } = base;
  const perState = (['firsts', 'lasts'] as const).map((name): OrtSlot => ({ name, type: 'int64', shape: ['K'] }));
  const shares = (['temperatures', 'least_shares', 'draws'] as const).map((name): OrtSlot => ({ name, type: 'float64', shape: ['K'] }));
  const counts = (['plen', 'count', 'state', 'ranks'] as const).map((name): OrtSlot => ({ name, type: 'int64', shape: [1] }));
  return [
    [
      { name: 'ev', type: 'int64', shape: [1, 'S', rowWidth] },
      ...counts,
      { name: 'biases', type: 'float32', shape: ['K', size] },
      { name: 'next', type: 'int32', shape: ['K', size] },
      ...perState,
      ...shares,
      { name: 'uniforms', type: 'float64', shape: ['N'] },
      { name: 'top_p', type: 'float64', shape: [1] },
      ...pasts('past_', 0, layers, [1, heads, 'P', headDimension]),
    ],
    [
      { name: 'hidden', type: 'float32', shape: [1, 'S', hiddenSize] },
      { name: 'delta', type: 'float32', shape: [2 * layers, heads, 'S', headDimension] },
      { name: 'ids', type: 'int64', shape: ['n'] },
    ],
  ];
}

function tokenSlots({ vocabularySize, hiddenSize, base, token, memoryLayers }: EventOptions, layers: number): [OrtSlot[], OrtSlot[]] {
  return [
    [
      { name: 'hidden', type: 'float32', shape: [1, 1, hiddenSize] },
      { name: 'row', type: 'int64', shape: [1, 'C'] },
      { name: 'tlen', type: 'int64', shape: [1] },
      { name: 'plen', type: 'int64', shape: [1] },
      ...pasts('past_t', 0, token.layers, [1, token.keyValueHeads, rowWidth, token.headDimension]),
      ...pasts('past_', layers - memoryLayers, memoryLayers, [1, base.keyValueHeads, 'P', base.headDimension]),
    ],
    [
      { name: 'logits', type: 'float32', shape: [vocabularySize] },
      { name: 'tdelta', type: 'float32', shape: [2 * token.layers, token.keyValueHeads, 'N', token.headDimension] },
    ],
  ];
}
