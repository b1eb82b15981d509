import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Micros } from '../../../src/engine/music/units.js';
import { ClockGenerator } from '../../../src/engine/scheduling/clock-generator.js';
import { InternalSource } from '../../../src/engine/sync/internal-source.js';
import { SyncChooser } from '../../../src/engine/sync/sync-chooser.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { beatAt, timeAt } from '../../../src/engine/time/timeline.js';
import { DriverClock } from '../../../src/transports/midi/driver-clock.js';
import { MidiClockSource } from '../../../src/transports/midi/midi-clock-source.js';
import { fakeAlarms } from '../../engine/sync/fakes.js';
import { randomFrom } from '../../engine/time/support/pulse-host.js';

const pulsesPerBeat = 24;
const hour: Micros = 3_600_000_000;
const minute: Micros = 60_000_000;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * An hour of a host's clock whose pulses leave up to 1 ms early or late, through a driver whose quartz is 120 ppm off ours and an event
 * loop that is up to 3 ms late, to the ticks that we send. By how much each tick is beside the host's own, in microseconds.
 */
function ticksAside(bpm: number): { readonly aside: readonly number[]; readonly times: readonly Micros[] } {
  const clock = new VirtualClock(1_000_000);
  const { alarm, pass } = fakeAlarms(clock);
  const random = randomFrom(7);
  const chooser = new SyncChooser(clock, new InternalSource(clock, 120, alarm), { leader: () => undefined, timeline: () => undefined, transport: () => undefined }, { alarm });
  const source = new MidiClockSource(clock, alarm);
  chooser.register(source);
  const driver = new DriverClock();
  const origin = 2_000_000;
  const interval = 60_000_000 / bpm / pulsesPerBeat;
  let lastReached: Micros | undefined;
  const receive = (byte: number, reached: Micros): void => {
    // What waits in the loop is read in order.
    const arrival = Math.max(clock.now(), reached + 50 + random() * 3_000);
    pass(arrival - clock.now());
    const delta = lastReached === undefined ? 0 : ((reached - lastReached) * (1 + 120e-6)) / 1e6;
    lastReached = reached;
    source.receive(Uint8Array.of(byte), driver.stamp(delta, arrival));
  };
  const aside: number[] = [];
  const times: Micros[] = [];
  const generator = new ClockGenerator((kind, beat) => {
    if (kind !== 'clock') return;
    const sent = timeAt(chooser.timeline, beat);
    times.push(sent);
    aside.push(sent - origin - Math.round(beat * pulsesPerBeat) * interval);
  }, 1);
  receive(0xfa, origin - 2_000);
  for (let pulse = 0; pulse * interval < hour; pulse += 1) {
    receive(0xf8, origin + pulse * interval + (random() * 2 - 1) * 1_000);
    while (generator.nextBeat <= beatAt(chooser.timeline, clock.now())) generator.tick();
  }
  return { aside, times };
}

describe('an hour led by MIDI clock', () => {
  for (const bpm of [113.009, 174.3]) {
    it(`at ${bpm} BPM sends as many ticks as the host, within 3 ms of its own, and drifts nowhere`, (context) => {
      const { aside, times } = ticksAside(bpm);
      assert.ok(Math.abs(aside.length - ((60 * bpm - 1) * pulsesPerBeat)) <= 2, `${aside.length} ticks`);
      const settled = aside.slice(4 * pulsesPerBeat).map(Math.abs).sort((a, b) => a - b);
      const p99 = settled[Math.floor(settled.length * 0.99)];
      const first = mean(aside.filter((_unused, at) => times[at] < 2 * minute));
      const last = mean(aside.filter((_unused, at) => times[at] > hour - minute));
      context.diagnostic(`p99 ${p99.toFixed(0)} µs, at most ${settled[settled.length - 1].toFixed(0)} µs; the last minute ${(last - first).toFixed(0)} µs beside the first`);
      assert.ok(settled[settled.length - 1] < 3_000 && p99 < 1_000);
      assert.ok(Math.abs(last - first) < 200, `from ${first} to ${last} µs`);
    });
  }
});
