import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Host, near, pulsesPerBeat, quarter, randomFrom } from './support/pulse-host.js';

describe('PulseFollower: clocks that stumble', () => {
  /** Sends pulses so many intervals after each other. */
  function stumble(host: Host, intervals: readonly number[]): void {
    for (const interval of intervals) {
      host.micros += (interval - 1) * host.interval();
      host.pulses(1);
    }
  }

  it('keeps the tempo when the pulse behind the downbeat comes too soon', () => {
    const host = new Host(180).pulses(96).start();
    stumble(host, [1.6, 0.3, 0.9]);
    near(host.heardBpm, 180, 3);
  });

  it('takes no tempo for the true one that is wrong by the same share at every pulse', () => {
    const host = new Host(180).pulses(48).start();
    // As heard from a host on a machine with more to do than it could: 23 pulses from the downbeat on.
    stumble(host, [1.63, 0.27, 0.88, 1.14, 1.08, 1, 1, 1.01, 1.06, 0.91, 1.17, 0.82, 0.73, 1.3, 0.93, 1.07, 1.01, 2.84, 0.01, 0.17, 1.07, 1.9, 0.01, 0.99]);
    host.pulses(quarter);
    near(host.heardBpm, 180, 1);
    near(host.heardBeat, (23 + quarter) / pulsesPerBeat, 0.02);
  });

  it('takes pulses that come late by more than half an interval for late, not for lost', () => {
    const host = new Host(180).start().pulses(48);
    stumble(host, [2.63, 0.01, 0.93, 0.75, 0.68]);
    host.pulses(quarter);
    near(host.heardBeat, (52 + quarter) / pulsesPerBeat, 0.01);
  });

  it('counts every pulse of a host that stands still for up to 120 ms about once a second', () => {
    for (const bpm of [90, 140, 180]) {
      for (let seed = 1; seed <= 100; seed += 1) {
        const random = randomFrom(seed);
        const host = new Host(bpm, 0, seed).start();
        const interval = host.interval();
        const origin = host.micros;
        let busyUntil = 0;
        let nextStall = random() * 2_000_000;
        const count = 16 * quarter;
        for (let pulse = 0; pulse < count; pulse += 1) {
          const due = pulse * interval;
          for (; nextStall < due && pulse < count - 2 * quarter; nextStall += random() * 2_000_000) {
            busyUntil = Math.max(busyUntil, nextStall + random() * 120_000);
          }
          // What is overdue is sent as fast as it goes.
          busyUntil += random() * 200;
          host.micros = origin + Math.max(due, busyUntil);
          host.hear(host.follower.pulse(host.micros));
        }
        near(host.heardBpm, bpm, 1, `seed ${seed}`);
        near(host.heardBeat, (count - 1) / pulsesPerBeat, 0.01, `seed ${seed}`);
      }
    }
  });

  it('takes pulses back that it thought lost when they come after all', () => {
    const host = new Host(120).start().pulses(48);
    // One interval behind for five pulses, as if one were lost; then two at once.
    stumble(host, [2, 1, 1, 1, 1, 0.01, 0.99]);
    host.pulses(quarter);
    near(host.heardBeat, (48 + 6 + quarter) / pulsesPerBeat, 0.01);
  });

  it('is back in tempo and place within two beats after a machine that stood still for a moment', () => {
    for (const late of [2, 4, 7]) {
      const host = new Host(180, 500, late).start().pulses(48);
      stumble(host, [late + 1, ...Array.from({ length: late }, () => 0.02), 0.98 - 0.02 * late]);
      host.pulses(2 * quarter);
      near(host.heardBpm, 180, 0.5);
      near(host.heardBeat, (48 + late + 1 + 2 * quarter) / pulsesPerBeat, 0.02, `after ${late} pulses`);
    }
  });

  it('never believes a tempo that only a queue running empty could have, however long it filled', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 40, max: 400 }),
        fc.double({ min: 0.02, max: 4, noNaN: true }),
        fc.double({ min: 0.01, max: 1.5, noNaN: true }),
        fc.double({ min: 0, max: 96, noNaN: true }),
        fc.integer({ min: 0, max: 1000 }),
        (bpm, stallSeconds, drainMilliseconds, stallPulse, seed) => {
          const host = new Host(bpm, 0, seed).start();
          const interval = host.interval();
          const origin = host.micros;
          const stallEnd = (48 + stallPulse) * interval + stallSeconds * 1_000_000;
          let heard = -Infinity;
          const caughtUp = Math.ceil((stallEnd / interval) * (1 / (1 - Math.min(0.9, (drainMilliseconds * 1000) / interval))));
          for (let pulse = 0; pulse < caughtUp + 2 * quarter; pulse += 1) {
            const due = pulse * interval;
            const isHeld = due > (48 + stallPulse) * interval && due < stallEnd;
            heard = Math.max(isHeld ? stallEnd : due, heard + drainMilliseconds * 1000);
            host.micros = origin + heard;
            host.hear(host.follower.pulse(host.micros));
            if (pulse > 24) near(host.heardBpm, bpm, bpm / 2, `pulse ${pulse}:`);
          }
          near(host.heardBpm, bpm, bpm / 100, 'at the end');
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('never believes an absurd tempo, however a busy host stumbles and catches up', () => {
    // What is overdue leaves within 1.5 ms each, or as slowly as three in the time of four.
    for (const { slowest, most } of [{ slowest: 0, most: 1.25 }, { slowest: 0.75, most: 2 }]) {
      fc.assert(
        fc.property(
          fc.integer({ min: 40, max: 300 }),
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.integer(),
          (bpm, jitter, drain, seed) => {
            const random = randomFrom(seed);
            const host = new Host(bpm, 0, seed).start();
            const interval = host.interval();
            const origin = host.micros;
            const each = slowest === 0 ? drain * 1_500 : drain * slowest * interval;
            let busyUntil = 0;
            let nextStall = 48 * interval + random() * 1_000_000;
            for (let pulse = 0; pulse < 16 * quarter; pulse += 1) {
              const due = pulse * interval + (random() * 2 - 1) * jitter * 1_000;
              for (; nextStall < due; nextStall = busyUntil + random() * 3_000_000) {
                busyUntil = Math.max(busyUntil, nextStall + random() * Math.min(600_000, 40 * interval));
              }
              busyUntil = Math.max(due, busyUntil + (busyUntil > due - interval ? each : 0));
              host.micros = Math.max(host.micros, origin + busyUntil);
              host.hear(host.follower.pulse(host.micros));
              const ratio = host.heardBpm / bpm;
              if (pulse > 24 && !(ratio < most && ratio > 1 / most)) throw new Error(`${host.heardBpm} BPM instead of ${bpm} at pulse ${pulse}`);
            }
          },
        ),
        { numRuns: 600 },
      );
    }
  });
});
