import { unitComplete, type UnitProgram } from '../../../engine/contracts/unit-table.js';
import type { OrtSession, OrtSlot, OrtTensor } from '../../../engine/generation/onnx/ort-session.js';
import type { DecoderOptions } from './options.js';
import { PastInputs, pastSlots } from './past-inputs.js';
import type { Pasts } from './pasts.js';

/** Ids to be read and what is to be drawn after them. */
export interface UnitTask {
  /** Ids whose rows are in the cache, or were when nothing had to be taken from it. */
  readonly context: readonly number[];
  /** Ids that are to be read first, at least one. */
  readonly unread: readonly number[];
  readonly program: UnitProgram;
  /** Where in the program drawing begins, and how many ids it draws at most. */
  readonly state: number;
  readonly count: number;
  readonly uniforms: Float64Array;
}

/**
 * The `gen` graph: reads ids and draws a unit in one run. It takes the past from the cache and gives the new rows back; or,
 * where it has an input `lengths`, it reads the whole context again in every run, and nothing but ids crosses the bus.
 */
export class GenGraph {
  /** Whether it reads the context by itself and leaves the cache alone. */
  readonly readsContext: boolean;
  private readonly past: PastInputs;

  /** Errors: `badPack`, naming the first input or output that is not as it must be. */
  constructor(
    readonly session: OrtSession,
    private readonly options: DecoderOptions,
    private readonly pasts: Pasts,
  ) {
    this.readsContext = session.inputNames.includes('lengths');
    session.expect(...(this.readsContext ? slotsOfIds(options) : slotsOfPast(options)));
    this.past = new PastInputs('whole', session);
  }

  /** The ids drawn, up to where the unit is complete. */
  async run(task: UnitTask): Promise<number[]> {
    return this.readsContext ? this.runOnIds(task) : this.runOnPast(task);
  }

  private async runOnPast(task: UnitTask): Promise<number[]> {
    const { session } = this;
    const { cache } = this.pasts;
    const { unread, count } = task;
    cache.reserve(unread.length + count - 1);
    const { tokens, delta } = await session.run<{ tokens: BigInt64Array; delta: Float32Array }>({
      ids: this.whole(unread, [1, unread.length]),
      plen: this.whole([cache.rows]),
      ...this.past.of(cache),
      ...this.drawing(task, [count]),
    });
    const ids = cut(task, tokens);
    cache.append(delta, unread.length + tokens.length - 1, unread.length + ids.length - 1);
    return ids;
  }

  private async runOnIds(task: UnitTask): Promise<number[]> {
    const ids = [...task.context, ...task.unread];
    const { tokens } = await this.session.run<{ tokens: BigInt64Array }>({
      ids: this.whole(ids, [1, ids.length]),
      lengths: this.whole([ids.length]),
      ...this.drawing(task, [1, task.count]),
    });
    return cut(task, tokens);
  }

  private drawing({ program, state, count, uniforms }: UnitTask, shape: readonly number[]): Record<string, OrtTensor> {
    const { session } = this;
    const { vocabularySize } = this.options;
    const states = [program.stateCount];
    const table = [program.stateCount, vocabularySize];
    const { topP, topK } = program;
    const everyId = topP < 1 ? vocabularySize : 0;
    return {
      count: this.whole([count]),
      state: this.whole([state]),
      biases: session.tensor(program.biases, table),
      next: session.tensor(program.next, table),
      firsts: this.whole(program.firsts),
      lasts: this.whole(program.lasts),
      temperatures: session.tensor(program.temperatures, states),
      least_shares: session.tensor(program.leastShares, states),
      draws: session.tensor(program.draws, states),
      uniforms: session.tensor(uniforms.subarray(0, count), shape),
      top_p: session.tensor(Float64Array.of(topP), [1]),
      ranks: this.whole([topK > 0 ? Math.min(topK, vocabularySize) : everyId]),
    };
  }

  private whole(values: ArrayLike<number>, shape: readonly number[] = [values.length]): OrtTensor {
    return this.session.tensor(BigInt64Array.from(Array.from(values), BigInt), shape);
  }
}

/** A graph that cannot stop early goes on behind the end of the unit. */
function cut({ program: { next, biases, stateCount }, state }: UnitTask, tokens: BigInt64Array): number[] {
  const vocabularySize = biases.length / stateCount;
  const ids: number[] = [];
  let now = state;
  for (const token of tokens) {
    const id = Number(token);
    ids.push(id);
    now = next[now * vocabularySize + id];
    if (now === unitComplete) break;
  }
  return ids;
}

function slotsOfPast(options: DecoderOptions): [OrtSlot[], OrtSlot[]] {
  const { layers, keyValueHeads, headDimension } = options;
  return [
    [{ name: 'ids', type: 'int64', shape: [1, 'S'] }, { name: 'plen', type: 'int64', shape: [1] }, ...pastSlots('whole', options), ...drawingSlots(options, ['N'])],
    [
      { name: 'tokens', type: 'int64', shape: ['n'] },
      { name: 'delta', type: 'float32', shape: [2 * layers, keyValueHeads, 'rows', headDimension] },
    ],
  ];
}

function slotsOfIds(options: DecoderOptions): [OrtSlot[], OrtSlot[]] {
  return [
    [{ name: 'ids', type: 'int64', shape: ['B', 'T'] }, { name: 'lengths', type: 'int64', shape: ['B'] }, ...drawingSlots(options, ['B', 'N'])],
    [{ name: 'tokens', type: 'int64', shape: ['B', 'n'] }],
  ];
}

function drawingSlots({ vocabularySize }: DecoderOptions, uniforms: readonly string[]): OrtSlot[] {
  const perStream = uniforms.length > 1 ? 'B' : 1;
  return [
    { name: 'count', type: 'int64', shape: [1] },
    { name: 'state', type: 'int64', shape: [perStream] },
    { name: 'biases', type: 'float32', shape: ['K', vocabularySize] },
    { name: 'next', type: 'int32', shape: ['K', vocabularySize] },
    { name: 'firsts', type: 'int64', shape: ['K'] },
    { name: 'lasts', type: 'int64', shape: ['K'] },
    { name: 'temperatures', type: 'float64', shape: ['K'] },
    { name: 'least_shares', type: 'float64', shape: ['K'] },
    { name: 'draws', type: 'float64', shape: ['K'] },
    { name: 'uniforms', type: 'float64', shape: uniforms },
    { name: 'top_p', type: 'float64', shape: [perStream] },
    { name: 'ranks', type: 'int64', shape: [perStream] },
  ];
}
