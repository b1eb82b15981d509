import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KeyValueCache } from '../../../../src/engine/generation/onnx/key-value-cache.js';
import { Pasts } from '../../../../src/plugins/models/decoder-lm/pasts.js';

const room = 512;

/** A context whose rows say which ids they were read from. */
class Reader {
  ids: number[] = [];
  rowsRead = 0;
  readonly pasts: Pasts;

  constructor(keepsTwo = true) {
    this.pasts = new Pasts(() => new KeyValueCache(1, 1, 1, 64, room), keepsTwo);
  }

  read(ids: readonly number[]): void {
    const { cache } = this.pasts;
    cache.reserve(ids.length);
    cache.append(Float32Array.from([...ids, ...ids]), ids.length);
    this.rowsRead += ids.length;
    this.ids.push(...ids);
  }

  open(ids: readonly number[]): number {
    this.pasts.leave(this.ids);
    this.ids = [];
    const known = this.pasts.resume(ids);
    this.ids = ids.slice(0, known);
    this.read(ids.slice(known));
    return known;
  }

  backTo(length: number): void {
    this.ids.length = length;
    this.pasts.cache.truncate(length);
  }

  /** What the rows that count were read from. */
  get rows(): number[] {
    return [...this.pasts.cache.buffer.subarray(0, this.pasts.cache.rows)];
  }
}

function song(first: number, length: number): number[] {
  return Array.from({ length }, (_, index) => first + index);
}

describe('the pasts of a transformer', () => {
  it('reads nothing twice while music goes back and forth between a full context and the one that followed it', () => {
    const reader = new Reader();
    const full = song(1000, 400);
    const later = song(2000, 300);
    reader.open(full);
    reader.open(later);
    const { rowsRead } = reader;
    for (let turn = 0; turn < 3; turn += 1) {
      assert.equal(reader.open(full.slice(0, 390)), 389);
      assert.equal(reader.open([...later.slice(0, 280), ...song(3000 + turn, 5)]), 280);
    }
    assert.equal(reader.rowsRead - rowsRead, 3 * (1 + 5));
  });

  it('leaves the last id to be read, so that there is an opinion on what comes next', () => {
    const reader = new Reader();
    reader.open(song(0, 200));
    assert.equal(reader.open(song(0, 200)), 199);
  });

  it('does not give up a long past for a context that is soon left', () => {
    const reader = new Reader();
    reader.open(song(0, 300));
    reader.open(song(5000, 10));
    assert.equal(reader.open(song(0, 300)), 299);
  });

  it('keeps one where two would take too much memory', () => {
    const reader = new Reader(false);
    reader.open(song(0, 300));
    assert.equal(reader.open(song(0, 300)), 299, 'the one that was left last');
    reader.open(song(2000, 300));
    assert.equal(reader.open(song(0, 300)), 0);
  });

  it('takes up whole pieces where the opinion hangs on how a context was cut', () => {
    const reader = new Reader();
    reader.open(song(0, 300));
    reader.pasts.leave(reader.ids);
    assert.equal(reader.pasts.resume(song(0, 301), 64), 256);
  });

  it('never counts a row of another id', () => {
    const opening = fc.record({ first: fc.integer({ min: 0, max: 2 }), length: fc.integer({ min: 1, max: 400 }), fork: fc.integer({ min: 0, max: 400 }), back: fc.integer({ min: 1, max: 400 }) });
    fc.assert(
      fc.property(fc.array(opening, { maxLength: 12 }), (openings) => {
        const reader = new Reader();
        for (const { first, length, fork, back } of openings) {
          const ids = [...song(first * 1000, Math.min(fork, length)), ...song(9000 + fork, Math.max(0, length - fork))];
          reader.open(ids);
          assert.deepEqual(reader.rows, ids);
          reader.backTo(Math.min(back, ids.length));
          reader.read([42]);
          assert.deepEqual(reader.rows, reader.ids);
        }
      }),
    );
  });
});
