import { forbidden, type UnitChoice, type UnitProgram, type UnitState, type UnitTable } from '../contracts/unit-table.js';
import type { Beats } from '../music/units.js';
import type { ComposingRules } from './composing-rules.js';
import { densityBias } from './density-bias.js';
import { coldest } from './sampling/grammar-sampler.js';

/** What a performer wants of the ids of a unit. */
export interface UnitWishes extends Pick<ComposingRules, 'density' | 'sampling'> {
  /** Of a state that says when: how much later the event comes from one id to the next. */
  readonly beatsPerId: (state: UnitState) => Beats;
  /** A passage that the unit may repeat: a log-bias on the id that does so in a state. Default: none. */
  readonly repetition?: { readonly bias: number; readonly idOf: (state: UnitState) => number | undefined };
}

/** A row of the arrays, and what was written into it last. */
interface Row {
  readonly biases: Float32Array;
  readonly next: Int32Array;
  choice: UnitChoice | undefined;
  /** Log-bias for a wait of one id; 0 where density has no say. */
  perId: number;
  /** The id that repeats a passage; -1 for none. */
  repeated: number;
  repeatedBias: number;
  written: UnitState['next'] | undefined;
}

/**
 * Writes tables of units and what a performer wants into the arrays that a graph reads. Rows that stay as they were are
 * not written again, so that an event costs what changes from one to the next.
 */
export class UnitWriter {
  private capacity = 0;
  private biases = new Float32Array(0);
  private next = new Int32Array(0);
  private rows: Row[] = [];

  constructor(private readonly vocabularySize: number) {}

  /** Good until the next call. */
  write({ states, maximumTokens }: UnitTable, wishes: UnitWishes): UnitProgram {
    const count = states.length;
    this.reserve(count);
    const size = count * this.vocabularySize;
    const { topP, topK } = wishes.sampling(states[0].choice.attribute);
    const program = {
      stateCount: count,
      maximumTokens,
      biases: this.biases.subarray(0, size),
      next: this.next.subarray(0, size),
      temperatures: new Float64Array(count),
      leastShares: new Float64Array(count),
      draws: new Float64Array(count),
      forced: new Int32Array(count),
      firsts: new Int32Array(count),
      lasts: new Int32Array(count),
      topP,
      topK,
    };
    states.forEach((state, index) => {
      const { ids, attribute } = state.choice;
      const { temperature, minP } = wishes.sampling(attribute);
      const isGreedy = temperature < coldest;
      const isForced = ids.length === 1;
      program.temperatures[index] = isGreedy ? 1 : temperature;
      program.leastShares[index] = isGreedy ? 1 : minP;
      program.draws[index] = isGreedy || isForced ? 0 : 1;
      program.forced[index] = isForced ? ids[0] : -1;
      program.firsts[index] = ids[0];
      program.lasts[index] = ids[ids.length - 1];
      writeChoice(this.rows[index], state, wishes);
      writeNext(this.rows[index], state);
    });
    return program;
  }

  private reserve(count: number): void {
    if (count <= this.capacity) return;
    const { vocabularySize } = this;
    this.capacity = Math.max(count, 2 * this.capacity);
    this.biases = new Float32Array(this.capacity * vocabularySize).fill(forbidden);
    this.next = new Int32Array(this.capacity * vocabularySize);
    this.rows = Array.from({ length: this.capacity }, (_, index) => {
      const [from, until] = [index * vocabularySize, (index + 1) * vocabularySize];
      const biases = this.biases.subarray(from, until);
      return { biases, next: this.next.subarray(from, until), choice: undefined, perId: 0, repeated: -1, repeatedBias: 0, written: undefined };
    });
  }
}

/** For each id of a unit, the numbers that were drawn for it: how far chance has moved on. */
export function drawsOf({ next, draws, stateCount, biases }: UnitProgram, ids: ArrayLike<number>): number[] {
  const vocabularySize = biases.length / stateCount;
  let state = 0;
  return Array.from(ids, (id) => {
    const drawn = draws[state];
    state = next[state * vocabularySize + id];
    return drawn;
  });
}

function writeChoice(row: Row, state: UnitState, wishes: UnitWishes): void {
  const { density, beatsPerId, repetition } = wishes;
  const { choice } = state;
  const { ids, biases, attribute } = choice;
  const beats = density !== 0.5 && attribute === 'time' && ids.length > 1 ? beatsPerId(state) : 0;
  const perId = densityBias(density, beats);
  const repeated = repetition?.idOf(state) ?? -1;
  const repeatedBias = repeated < 0 ? 0 : (repetition?.bias ?? 0);
  if (row.choice === choice && row.perId === perId && row.repeated === repeated && row.repeatedBias === repeatedBias) return;
  row.choice?.ids.forEach((id) => (row.biases[id] = forbidden));
  for (let index = 0; index < ids.length; index += 1) row.biases[ids[index]] = biases[index];
  if (perId !== 0) {
    for (let index = 0; index < ids.length; index += 1) row.biases[ids[index]] += densityBias(density, index * beats);
  }
  // An id that may not come stays forbidden: its bias is far beyond what repetition adds.
  if (repeated >= 0) row.biases[repeated] += repeatedBias;
  row.repeated = repeated;
  row.repeatedBias = repeatedBias;
  row.choice = choice;
  row.perId = perId;
}

/** Where one state follows on all ids, it is written for the ids that may not come as well. */
function writeNext(row: Row, { choice: { ids }, next }: UnitState): void {
  if (typeof next === 'number') {
    if (row.written !== next) row.next.fill(next);
  } else {
    for (let index = 0; index < ids.length; index += 1) row.next[ids[index]] = next[index];
  }
  row.written = next;
}
