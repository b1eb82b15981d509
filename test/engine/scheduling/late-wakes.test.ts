import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { WireEvent } from '../../../src/engine/contracts/output.js';
import type { Beats, Bpm, Micros } from '../../../src/engine/music/units.js';
import { LocalSender } from '../../../src/engine/scheduling/local-sender.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { timeAt, withBeatAt, type Timeline } from '../../../src/engine/time/timeline.js';
import { note, RecordingOutput, settings } from './recording-output.js';

const pulsesPerBeat = 24;
const pulsesPerSixteenth = 6;
/** As the internal clock announces a start. */
const announcedAhead = 5_000;
/** A sleeping thread on a busy machine: mostly a little late, now and then for as long as a note may be. */
const lateness = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 100_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 1_500_000 }) },
);

interface Ride {
  readonly bpm: Bpm;
  /** Where the clock was before the start. */
  readonly beforeBeat: Beats;
  readonly startBeat: Beats;
  readonly type: 'start' | 'continue';
  /** By how much the thread oversleeps, wake after wake. */
  readonly late: readonly Micros[];
  /** The start is heard of before (negative) or after its moment. */
  readonly toldAfter: Micros;
}

const ride: fc.Arbitrary<Ride> = fc
  .record({
    bpm: fc.oneof(fc.constantFrom(20, 120, 180, 300, 999), fc.double({ min: 20, max: 999, noNaN: true })),
    beforeBeat: fc.oneof(fc.constantFrom(-0.01, 0.2, 7.5, 5_000.1), fc.double({ min: -1, max: 50, noNaN: true })),
    sixteenth: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400 })),
    late: fc.array(lateness, { minLength: 4, maxLength: 60 }),
    toldAfter: fc.oneof(fc.constant(-announcedAhead), fc.integer({ min: -announcedAhead, max: 400_000 })),
  })
  .map(({ sixteenth, ...rest }) => ({ ...rest, startBeat: sixteenth / 4, type: sixteenth === 0 ? ('start' as const) : ('continue' as const) }));

/** Onsets on and off the grid, the first of them a hair before the beat the music starts from, as some composers write it. */
function musicFrom(startBeat: Beats) {
  const places = [-0.0005, 0, 0, 0.1, 0.25, 1 / 3, 0.5, 2 / 3, 1, 1.5, 2, 2.75, 3, 3.9999, 4, 5, 6, 7];
  return places.map((place, at) => note(startBeat + place, 40 + at, 0.1));
}

/** Plays a start with a thread that oversleeps; what a wire with clock was handed, in that order. */
async function play({ bpm, beforeBeat, startBeat, type, late, toldAfter }: Ride): Promise<readonly WireEvent[]> {
  const clock = new VirtualClock(50_000_000);
  const before: Timeline = { bpm, beatOrigin: beforeBeat, timeOrigin: clock.now() };
  const sender = new LocalSender(clock, { timeline: before });
  const output = new RecordingOutput(clock);
  await sender.attach({ ...settings, sendsClock: true }, output);
  sender.queue(1, musicFrom(startBeat));
  let wakes = 0;
  const sleepUntil = (micros: Micros): void => {
    while (sender.nextDue() <= micros) {
      clock.advanceTo(Math.max(clock.now(), sender.nextDue()) + late[wakes % late.length]);
      wakes += 1;
      sender.run();
    }
    clock.advanceTo(Math.max(clock.now(), micros));
  };
  const startMicros = clock.now() + 200_000;
  sleepUntil(startMicros + toldAfter);
  output.sent.length = 0;
  const timeline = withBeatAt(before, startBeat, startMicros);
  sender.publish(timeline);
  sender.transport({ type, beat: startBeat, micros: startMicros });
  sleepUntil(timeAt(timeline, startBeat + 8));
  const sent = [...output.sent];
  await sender.close();
  return sent;
}

/** A device that knows only clock, start, continue and song position; `pulses` is the number of the latest. */
class Follower {
  running = false;
  /** Of the pulse that comes next. */
  private next = 0;
  private heard = -1;

  hear({ kind, data1 }: WireEvent): void {
    if (kind === 'start') this.next = 0;
    if (kind === 'position') this.next = data1 * pulsesPerSixteenth;
    if (kind === 'start' || kind === 'continue') {
      this.running = true;
      this.heard = -1;
    }
    if (kind === 'stop') this.running = false;
    if (kind === 'clock' && this.running) {
      this.heard = this.next;
      this.next += 1;
    }
  }

  /** Number of the latest pulse; -1 before the first since it runs. */
  get pulse(): number {
    return this.heard;
  }
}

describe('a clock whose thread oversleeps', () => {
  it('has started its followers, and ticked their downbeat, before the first note leaves', async () => {
    await fc.assert(
      fc.asyncProperty(ride, async (one) => {
        const follower = new Follower();
        for (const event of await play(one)) {
          follower.hear(event);
          if (event.kind === 'noteOn') assert.ok(follower.running && follower.pulse >= 0, `a note at beat ${event.beat} before the clock of its followers`);
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('has followers at the beat of every note, to the pulse', async () => {
    await fc.assert(
      fc.asyncProperty(ride, async (one) => {
        const follower = new Follower();
        for (const event of await play(one)) {
          follower.hear(event);
          if (event.kind !== 'noteOn') continue;
          const expected = Math.floor(Math.max(event.beat, one.startBeat) * pulsesPerBeat + 1e-6);
          assert.equal(follower.pulse, expected, `pulse ${follower.pulse} at beat ${event.beat}`);
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('starts from the top by a start, whose first clock is the downbeat, up to two beats late', async () => {
    const fromTheTop = ride.map((one): Ride => {
      // It oversleeps at most before the start is told, and once more: with the telling, three thirds.
      const third = Math.floor((2 * 60_000_000) / one.bpm / 3);
      return { ...one, startBeat: 0, type: 'start', late: one.late.map((micros) => micros % third), toldAfter: Math.min(one.toldAfter, third) };
    });
    await fc.assert(
      fc.asyncProperty(fromTheTop, async (one) => {
        const sent = await play(one);
        const kinds = sent.map(({ kind }) => kind);
        const start = kinds.indexOf('start');
        assert.ok(start >= 0, 'it starts');
        assert.equal(kinds.lastIndexOf('start'), start, 'once');
        assert.ok(!kinds.includes('continue') && !kinds.includes('position') && !kinds.includes('stop'), kinds.join(' '));
        const downbeat = sent.slice(start).find(({ kind }) => kind === 'clock');
        assert.equal(downbeat?.beat, 0);
      }),
      { numRuns: 1_500 },
    );
  });

  it('counts every pulse once, in order, from the downbeat on', async () => {
    await fc.assert(
      fc.asyncProperty(ride, async (one) => {
        const sent = await play(one);
        const from = sent.findIndex(({ kind }) => kind === 'start' || kind === 'continue');
        const ticks = sent.slice(from).filter(({ kind }) => kind === 'clock').map(({ beat }) => Math.round(beat * pulsesPerBeat));
        if (sent.slice(from + 1).some(({ kind }) => kind === 'continue')) return;
        ticks.forEach((tick, at) => assert.equal(tick, ticks[0] + at));
      }),
    );
  });
});
