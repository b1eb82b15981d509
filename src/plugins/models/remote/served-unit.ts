import { unitComplete, type UnitProgram } from '../../../engine/contracts/unit-table.js';
import type { ModelMetadata } from './inference-protocol.js';
import { fault, slot, typeOf, words } from './served-model.js';
import type { Datatype, Tensor, TensorData } from './tensor.js';

/** What a request for a unit is made of. */
export interface UnitTask {
  /** The whole context. */
  readonly ids: BigInt64Array;
  readonly program: UnitProgram;
  readonly uniforms: Float64Array;
  readonly vocabularySize: number;
}

interface Feed {
  readonly type: Datatype;
  /** What may differ from graph to graph is how many axes of length 1 come first. */
  readonly shape: (task: UnitTask) => readonly number[];
  readonly data: (task: UnitTask) => TensorData;
}

const perState = ({ program }: UnitTask): readonly number[] => [program.stateCount];
const table = ({ program, vocabularySize }: UnitTask): readonly number[] => [program.stateCount, vocabularySize];
const one = (): readonly number[] => [1];
const whole = (values: ArrayLike<number>): BigInt64Array => BigInt64Array.from(Array.from(values), BigInt);

/** The inputs of a graph that reads a context and draws a unit after it, as training exports it. */
const feeds: Readonly<Record<string, Feed>> = {
  ids: { type: 'INT64', shape: ({ ids }) => [ids.length], data: ({ ids }) => ids },
  lengths: { type: 'INT64', shape: one, data: ({ ids }) => BigInt64Array.of(BigInt(ids.length)) },
  count: { type: 'INT64', shape: one, data: ({ program }) => BigInt64Array.of(BigInt(program.maximumTokens)) },
  state: { type: 'INT64', shape: one, data: () => BigInt64Array.of(0n) },
  biases: { type: 'FP32', shape: table, data: ({ program }) => program.biases },
  next: { type: 'INT32', shape: table, data: ({ program }) => program.next },
  firsts: { type: 'INT64', shape: perState, data: ({ program }) => whole(program.firsts) },
  lasts: { type: 'INT64', shape: perState, data: ({ program }) => whole(program.lasts) },
  temperatures: { type: 'FP64', shape: perState, data: ({ program }) => program.temperatures },
  least_shares: { type: 'FP64', shape: perState, data: ({ program }) => program.leastShares },
  draws: { type: 'FP64', shape: perState, data: ({ program }) => program.draws },
  uniforms: { type: 'FP64', shape: ({ uniforms }) => [uniforms.length], data: ({ uniforms }) => uniforms },
  top_p: { type: 'FP64', shape: one, data: ({ program }) => Float64Array.of(program.topP) },
  ranks: { type: 'INT64', shape: one, data: (task) => BigInt64Array.of(BigInt(ranksOf(task))) },
};
/** A graph that has it wants its ids filled up to whole rows; a graph without it reads all of `ids`. */
const lengths = 'lengths';
/** A multiple of every row there is; lengths that come again and again let a GPU keep its plans. */
const paddedTokens = 64;

const paddedIds: Feed = {
  type: 'INT64',
  shape: ({ ids }) => [padded(ids.length)],
  data: ({ ids }) => {
    const filled = new BigInt64Array(padded(ids.length));
    filled.set(ids);
    return filled;
  },
};

/** A served model that writes units: its inputs, and how many axes each has. */
export type UnitForm = ReadonlyMap<string, number>;

/** Reads from a model's metadata whether it is one that writes units. Errors: `badPack`, naming what is not as it must be. */
export function unitForm(server: string, metadata: ModelMetadata, vocabularySize: number): UnitForm {
  for (const [name, { type }] of Object.entries(feeds)) {
    if (name === lengths && metadata.inputs.every((input) => input.name !== name)) continue;
    typeOf(server, metadata, slot(server, metadata, 'input', name), [type]);
  }
  typeOf(server, metadata, slot(server, metadata, 'output', 'tokens'), ['INT64']);
  const { shape } = slot(server, metadata, 'input', 'biases');
  if (shape.length !== 2 || ![vocabularySize, -1].includes(shape[1])) {
    throw fault(server, metadata, `takes biases of shape ${words(shape)} and the pack has ${vocabularySize} ids: they do not belong together; correct model.options in pack.json`);
  }
  const extra = metadata.inputs.find(({ name }) => !Object.hasOwn(feeds, name));
  if (extra) throw fault(server, metadata, `has an input ${extra.name} that nobody feeds; serve a graph that reads the whole context`);
  return new Map(metadata.inputs.map((input) => [input.name, input.shape.length]));
}

export function unitInputs(form: UnitForm, task: UnitTask): Tensor[] {
  return [...form].map(([name, axes]) => {
    const feed = name === 'ids' && form.has(lengths) ? paddedIds : feeds[name];
    const own = feed.shape(task);
    return { name, datatype: feed.type, shape: [...new Array<number>(Math.max(0, axes - own.length)).fill(1), ...own], data: feed.data(task) };
  });
}

/**
 * The ids of the unit, up to where it is complete: a graph that cannot stop early goes on behind its end. `undefined` where
 * the program does not allow them.
 */
export function unitOf({ program, vocabularySize }: UnitTask, tokens: Tensor | undefined): number[] | undefined {
  if (tokens?.datatype !== 'INT64') return undefined;
  const ids: number[] = [];
  let state = 0;
  for (const token of tokens.data as BigInt64Array) {
    const id = Number(token);
    if (!(id >= program.firsts[state] && id <= program.lasts[state])) return undefined;
    ids.push(id);
    state = program.next[state * vocabularySize + id];
    if (state === unitComplete) return ids;
  }
  return undefined;
}

function padded(count: number): number {
  return Math.ceil(count / paddedTokens) * paddedTokens;
}

/** How many of the heaviest ids may be drawn; 0 where neither limit is wanted. */
function ranksOf({ program: { topP, topK }, vocabularySize }: UnitTask): number {
  if (topK > 0) return Math.min(topK, vocabularySize);
  return topP < 1 ? vocabularySize : 0;
}
