import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SendCounters } from '../../../src/engine/scheduling/send-counters.js';

describe('SendCounters', () => {
  it('starts with nothing', () => {
    assert.deepEqual(new SendCounters().read(), {
      sent: 0, late: 0, droppedLate: 0, droppedFull: 0, lateBecause: { queued: 0, moved: 0, held: 0 }, droppedBecause: { queued: 0, moved: 0, held: 0 }, sounding: 0, queued: 0, latenessMicros: { p50: 0, p99: 0, p999: 0, max: 0 },
    });
  });

  it('gives percentiles that are never below the true ones and at most 4 % above', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2_000_000 }), { minLength: 1, maxLength: 400 }), (values) => {
        const counters = new SendCounters();
        for (const value of values) counters.onset(value);
        values.sort((a, b) => a - b);
        const { latenessMicros } = counters.read();
        const truth = (share: number): number => values[Math.ceil(values.length * share) - 1];
        for (const [share, told] of [[0.5, latenessMicros.p50], [0.99, latenessMicros.p99], [0.999, latenessMicros.p999]]) {
          assert.ok(told >= truth(share) && told <= truth(share) * 1.04 + 1, `${told} for ${truth(share)}`);
        }
        assert.equal(latenessMicros.max, values.at(-1));
      }),
    );
  });

  it('takes early for on time, and any length of late', () => {
    const counters = new SendCounters();
    counters.onset(-5_000);
    assert.equal(counters.read().latenessMicros.max, 0);
    counters.onset(1e15, 'held');
    assert.equal(counters.read().latenessMicros.max, 2 ** 31 - 1);
    assert.equal(counters.read().late, 1);
  });

  it('forgets lateness on demand and keeps its counts', () => {
    const counters = new SendCounters();
    counters.onset(500, 'queued');
    counters.onsetDroppedLate('moved');
    counters.onsetDroppedFull();
    counters.gauge(3, 4);
    counters.resetLateness();
    assert.deepEqual(counters.read(), {
      sent: 1, late: 1, droppedLate: 1, droppedFull: 1, lateBecause: { queued: 1, moved: 1, held: 0 }, droppedBecause: { queued: 0, moved: 1, held: 0 }, sounding: 3, queued: 4, latenessMicros: { p50: 0, p99: 0, p999: 0, max: 0 },
    });
  });

  it('is read in another thread from the same memory', () => {
    const counters = new SendCounters();
    counters.onset(10);
    assert.deepEqual(new SendCounters(counters.buffer).read(), counters.read());
  });
});
