import { forbidden, type UnitChoice, type UnitProgram, type UnitState, type UnitTable } from '../contracts/unit-table.js';
import type { ComposingRules } from './composing-rules.js';
import { densityBias } from './density-bias.js';
import { coldest } from './sampling/grammar-sampler.js';

/** A row of the arrays, and what was written into it last. */
interface Row {
  readonly biases: Float32Array;
  readonly next: Int32Array;
  choice: UnitChoice | undefined;
  density: number;
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
  write({ states, maximumTokens }: UnitTable, rules: Pick<ComposingRules, 'density' | 'sampling'>): UnitProgram {
    const count = states.length;
    this.reserve(count);
    const temperatures = new Float64Array(count);
    const leastShares = new Float64Array(count);
    const draws = new Float64Array(count);
    const forced = new Int32Array(count);
    states.forEach(({ choice, next }, index) => {
      const { temperature, minP } = rules.sampling(choice.attribute);
      const isGreedy = temperature < coldest;
      const isForced = choice.ids.length === 1;
      temperatures[index] = isGreedy ? 1 : temperature;
      leastShares[index] = isGreedy ? 1 : minP;
      draws[index] = isGreedy || isForced ? 0 : 1;
      forced[index] = isForced ? choice.ids[0] : -1;
      writeChoice(this.rows[index], choice, rules.density);
      writeNext(this.rows[index], choice, next);
    });
    const { topP, topK } = rules.sampling(states[0].choice.attribute);
    const size = count * this.vocabularySize;
    return {
      stateCount: count,
      maximumTokens,
      biases: this.biases.subarray(0, size),
      next: this.next.subarray(0, size),
      temperatures,
      leastShares,
      draws,
      forced,
      topP,
      topK,
    };
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
      return { biases, next: this.next.subarray(from, until), choice: undefined, density: 0.5, written: undefined };
    });
  }
}

/** Of each state of a program, the numbers a unit took: how far chance has moved on. */
export function drawsOf({ next, draws, stateCount, biases }: UnitProgram, ids: ArrayLike<number>): number[] {
  const vocabularySize = biases.length / stateCount;
  let state = 0;
  return Array.from(ids, (id) => {
    const drawn = draws[state];
    state = next[state * vocabularySize + id];
    return drawn;
  });
}

function writeChoice(row: Row, choice: UnitChoice, density: number): void {
  const { ids, biases, beatsPerId } = choice;
  const hangsOnDensity = beatsPerId !== undefined && ids.length > 1;
  if (row.choice === choice && (!hangsOnDensity || row.density === density)) return;
  row.choice?.ids.forEach((id) => (row.biases[id] = forbidden));
  for (let index = 0; index < ids.length; index += 1) row.biases[ids[index]] = biases[index];
  if (hangsOnDensity && density !== 0.5) {
    for (let index = 0; index < ids.length; index += 1) row.biases[ids[index]] += densityBias(density, index * beatsPerId);
  }
  row.choice = choice;
  row.density = density;
}

/** Where one state follows on all ids, it is written for the ids that may not come as well. */
function writeNext(row: Row, { ids }: UnitChoice, next: UnitState['next']): void {
  if (typeof next === 'number') {
    if (row.written !== next) row.next.fill(next);
  } else {
    for (let index = 0; index < ids.length; index += 1) row.next[ids[index]] = next[index];
  }
  row.written = next;
}
