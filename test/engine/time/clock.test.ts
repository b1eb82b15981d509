import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { monotonicClock, VirtualClock } from '../../../src/engine/time/clock.js';

describe('monotonicClock', () => {
  it('never goes back', () => {
    let last = monotonicClock.now();
    for (let reading = 0; reading < 1000; reading += 1) {
      const now = monotonicClock.now();
      assert.ok(now >= last);
      last = now;
    }
  });

  it('is one clock in all threads: what another reads between two readings lies between them', async (context) => {
    const cell = new Float64Array(new SharedArrayBuffer(8));
    const bell = new Int32Array(new SharedArrayBuffer(4));
    const source = `
      const { workerData } = require('node:worker_threads');
      import(workerData.clock).then(({ monotonicClock }) => {
        for (let asked = 1; ; asked += 2) {
          Atomics.wait(workerData.bell, 0, asked - 1);
          workerData.cell[0] = monotonicClock.now();
          Atomics.store(workerData.bell, 0, asked + 1);
          Atomics.notify(workerData.bell, 0);
        }
      });`;
    const clock = new URL('../../../src/engine/time/clock.js', import.meta.url).href;
    const worker = new Worker(source, { eval: true, workerData: { clock, cell, bell } });
    context.after(() => worker.terminate());
    for (let asked = 1; asked < 200; asked += 2) {
      const before = monotonicClock.now();
      Atomics.store(bell, 0, asked);
      Atomics.notify(bell, 0);
      assert.notEqual(Atomics.wait(bell, 0, asked, 10_000), 'timed-out');
      assert.ok(cell[0] >= before - 1 && cell[0] <= monotonicClock.now() + 1, `${cell[0]} is not within 1 us of ${before}`);
    }
  });
});

describe('VirtualClock', () => {
  it('moves only when told, and only forward', () => {
    const clock = new VirtualClock(5);
    assert.equal(clock.now(), 5);
    clock.advanceTo(7);
    assert.equal(clock.now(), 7);
    assert.throws(() => clock.advanceTo(6), RangeError);
    assert.equal(clock.now(), 7);
  });
});
