import type { EventOptions } from './options.js';

export interface PastPart {
  /** `0.key`, `0.value`, `1.key` … */
  readonly name: string;
  readonly data: Float32Array;
  /** [1, heads, rows, dimension]. */
  readonly shape: readonly number[];
}

/** Keys and values as a graph that joins them hands them out: [1, heads, rows, dimension], with no room to grow. */
export class JoinedPast {
  private readonly parts: { readonly name: string; data: Float32Array }[];
  private rows = 0;

  constructor(private readonly shape: EventOptions['base']) {
    const names = Array.from({ length: shape.layers }, (_, index) => [`${index}.key`, `${index}.value`]).flat();
    this.parts = names.map((name) => ({ name, data: new Float32Array(0) }));
  }

  /** Takes the outputs `present.*` of a run, which hold `rows` rows. */
  replace(outputs: Readonly<Record<string, Float32Array>>, rows: number): void {
    for (const part of this.parts) part.data = outputs[`present.${part.name}`];
    this.rows = rows;
  }

  /** The first `rows` rows of every layer; what was behind them is forgotten. */
  first(rows: number): readonly PastPart[] {
    const { keyValueHeads: heads, headDimension: dimension } = this.shape;
    if (rows < this.rows) {
      for (const part of this.parts) part.data = firstRows(part.data, heads, this.rows * dimension, rows * dimension);
      this.rows = rows;
    }
    return this.parts.map(({ name, data }) => ({ name, data, shape: [1, heads, rows, dimension] }));
  }
}

function firstRows(data: Float32Array, heads: number, stretch: number, kept: number): Float32Array {
  const shorter = new Float32Array(heads * kept);
  for (let head = 0; head < heads; head += 1) shorter.set(data.subarray(head * stretch, head * stretch + kept), head * kept);
  return shorter;
}
