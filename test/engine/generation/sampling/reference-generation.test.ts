import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generatorLogits } from './generator-logits.js';
import { generate, referenceRuns, type ReferenceModel } from './reference-loop.js';

const modulus = 2147483647n;

/** The arithmetic that stands for the reference's two models: a hash of all rows, and of the ids of the row begun. */
class ArithmeticModel implements ReferenceModel {
  private rowsHash = 0n;
  private state = 0n;

  constructor(private readonly vocabularySize: number) {}

  readRow(row: readonly number[]): void {
    const sum = row.reduce((total, id, index) => total + (index + 1) * id, 0);
    this.rowsHash = (this.rowsHash * 31n + BigInt(sum)) % modulus;
    this.state = this.rowsHash % (1n << 20n);
  }

  readId(id: number): void {
    this.state = (this.state * 48271n + BigInt(id)) % modulus;
  }

  logits(): Float32Array {
    return generatorLogits(Number(this.state), this.vocabularySize);
  }
}

describe('ReferenceSampler with the grammar of SkyTNT rows', () => {
  for (const run of referenceRuns) {
    it(`generates what the reference generates: ${run.name}`, async () => {
      assert.deepEqual(await generate(run, (size) => new ArithmeticModel(size)), run.rows);
    });
  }
});
