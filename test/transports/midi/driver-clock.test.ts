import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DriverClock } from '../../../src/transports/midi/driver-clock.js';

const pulseMicros = 20_833;

/** Feeds pulses whose driver gaps are exact and whose arrival is late by `delay(index)`; gives the stamps' errors. */
function errors(count: number, delay: (index: number) => number, driverRate = 1): number[] {
  const clock = new DriverClock();
  return Array.from({ length: count }, (_, index) => {
    const happened = 1_000_000 + index * pulseMicros;
    const gap = index === 0 ? 0 : (pulseMicros * driverRate) / 1e6;
    return clock.stamp(gap, happened + delay(index)) - happened;
  });
}

describe('DriverClock', () => {
  it('gives the driver\'s time, however late the event loop was', () => {
    const delays = [300, 250, 40_000, 19_200, 260, 310, 900, 250];
    assert.ok(errors(800, (index) => delays[index % delays.length]).slice(2).every((error) => error >= 249 && error <= 251));
  });

  it('is not moved by a loop that was blocked for three seconds', () => {
    const blockedFrom = 300;
    const blockedUntil = blockedFrom + Math.ceil(3_000_000 / pulseMicros);
    const late = (index: number) => (index >= blockedFrom && index < blockedUntil ? (blockedUntil - index) * pulseMicros + 200 : 200);
    for (const error of errors(900, late)) assert.ok(error >= 199 && error < 202, `${error} µs`);
  });

  it('corrects a first message that was late as soon as one is on time', () => {
    const [first, second, third] = errors(3, (index) => (index === 0 ? 15_000 : 200));
    assert.equal(first, 15_000);
    assert.ok(Math.abs(second - 200) < 1);
    assert.ok(Math.abs(third - 200) < 1);
  });

  it('does not drift away over an hour from a driver whose clock runs 100 ppm fast or slow', () => {
    const hour = Math.round(3_600_000_000 / pulseMicros);
    for (const rate of [1 - 100e-6, 1 + 100e-6]) {
      const last = errors(hour, (index) => 200 + (index % 7) * 30, rate).slice(1_000);
      assert.ok(last.every((error) => Math.abs(error - 200) < 700), `${Math.min(...last.slice(-500))}..${Math.max(...last.slice(-500))} at ${rate}`);
    }
  });

  it('finds its place again after the driver lost count of a gap', () => {
    const clock = new DriverClock();
    let error = 0;
    for (let index = 0; index < 400; index += 1) {
      const happened = 1_000_000 + index * pulseMicros + (index >= 200 ? 5_000_000 : 0);
      error = clock.stamp(pulseMicros / 1e6, happened + 200) - happened;
    }
    assert.ok(Math.abs(error - 200) < 1, `${error} µs`);
  });

  it('never stamps a message after its arrival or before the one before it', () => {
    const delays = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 200_000 }), delay: fc.integer({ min: 0, max: 100_000 }) }), { maxLength: 300 });
    fc.assert(
      fc.property(delays, (messages) => {
        const clock = new DriverClock();
        let happened = 0;
        let arrived = 0;
        let previous = -Infinity;
        return messages.every(({ gap, delay }) => {
          happened += gap;
          arrived = Math.max(arrived, happened + delay);
          const stamp = clock.stamp(gap / 1e6, arrived);
          const holds = stamp <= arrived + 1e-3 && stamp >= previous - 1e-3;
          previous = stamp;
          return holds;
        });
      }),
    );
  });
});
