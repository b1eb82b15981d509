import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ClientClock } from '../../../src/transports/websocket/client-clock.js';

describe('ClientClock', () => {
  it('knows nothing before the first comparison', () => {
    assert.equal(new ClientClock().known, false);
  });

  it('puts the answer in the middle of its way', () => {
    const clock = new ClientClock();
    clock.compare(1_000_000, 1_004_000, 7);
    assert.equal(clock.micros(7), 1_002_000);
    assert.equal(clock.micros(17), 1_012_000);
    assert.equal(clock.uncertaintyAt(1_004_000), 2_000);
  });

  it('prefers the quickest exchange, until it has worn off', () => {
    const clock = new ClientClock();
    clock.compare(0, 200, 0.1);
    clock.compare(1_000_000, 1_010_000, 1_009);
    assert.equal(clock.micros(0), 0);
    clock.compare(60_000_000, 60_010_000, 60_005 + 3);
    assert.equal(clock.micros(60_008), 60_005_000);
  });

  it('is never further off than it says, whatever the ways take and however the clock drifts within 200 ppm', () => {
    const way = fc.integer({ min: 50, max: 40_000 });
    fc.assert(
      fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.double({ min: -180e-6, max: 180e-6, noNaN: true }), fc.array(fc.tuple(way, way), { minLength: 1, maxLength: 60 }), (skew, drift, ways) => {
        const clock = new ClientClock();
        const client = (micros: number): number => skew + (micros * (1 + drift)) / 1000;
        ways.forEach(([there, back], index) => {
          const sent = index * 1_000_000;
          clock.compare(sent, sent + there + back, client(sent + there));
          const now = sent + there + back;
          assert.ok(Math.abs(clock.micros(client(now)) - now) <= clock.uncertaintyAt(now) + 10);
        });
      }),
    );
  });
});
