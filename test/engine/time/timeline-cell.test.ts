import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { TimelineCell } from '../../../src/engine/time/timeline-cell.js';

describe('TimelineCell', () => {
  it('gives every reader what was written last, to the bit', () => {
    const number = fc.double({ noNaN: true });
    const cell = TimelineCell.holding({ bpm: 120, beatOrigin: 0, timeOrigin: 0 });
    const reader = TimelineCell.over(cell.buffer);
    fc.assert(
      fc.property(fc.record({ bpm: number, beatOrigin: number, timeOrigin: number }), (timeline) => {
        cell.write(timeline);
        assert.deepEqual(reader.read(), { ...timeline });
      }),
    );
  });

  it('gives the same object until something is written', () => {
    const cell = TimelineCell.holding({ bpm: 120, beatOrigin: 1, timeOrigin: 2 });
    const reader = TimelineCell.over(cell.buffer);
    const first = reader.read();
    assert.equal(reader.read(), first);
    cell.write({ bpm: 121, beatOrigin: 1, timeOrigin: 2 });
    assert.notEqual(reader.read(), first);
  });

  it('never shows a reader half of one value and half of another', async () => {
    const cell = TimelineCell.holding({ bpm: 0, beatOrigin: 0, timeOrigin: 0 });
    const done = new SharedArrayBuffer(4);
    const writer = new Worker(new URL('./timeline-writer.fixture.js', import.meta.url), {
      workerData: { cell: cell.buffer, done, writes: 20_000 },
    });
    const ended = new Promise<void>((resolve, reject) => writer.once('error', reject).once('exit', () => resolve()));
    const reader = TimelineCell.over(cell.buffer);
    const flag = new Int32Array(done);
    let last = 0;
    while (Atomics.load(flag, 0) === 0) {
      const { bpm, beatOrigin, timeOrigin } = reader.read();
      assert.equal(beatOrigin, bpm * 3);
      assert.equal(timeOrigin, bpm * 7);
      assert.ok(bpm >= last);
      last = bpm;
    }
    await ended;
    assert.equal(reader.read().bpm, 20_000);
  });
});
