import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ContinuoError } from '../../../src/engine/errors.js';
import { LocalSender } from '../../../src/engine/scheduling/local-sender.js';
import { InternalSource } from '../../../src/engine/sync/internal-source.js';
import { PerformerTempo } from '../../../src/engine/sync/performer-tempo.js';
import { SyncChooser } from '../../../src/engine/sync/sync-chooser.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { beatAt, microsPerBeat, type Timeline } from '../../../src/engine/time/timeline.js';
import { note, RecordingOutput, settings } from '../scheduling/recording-output.js';
import { fakeAlarms, FakeHost } from './fakes.js';

function stage(bpm = 120) {
  const clock = new VirtualClock(50_000_000);
  const { alarm, pass } = fakeAlarms(clock);
  const timelines: Timeline[] = [];
  const follow = new Set<(timeline: Timeline) => void>();
  const internal = new InternalSource(clock, bpm, alarm);
  const chooser = new SyncChooser(
    clock,
    internal,
    {
      leader: () => undefined,
      timeline: (timeline) => {
        timelines.push(timeline);
        for (const follower of follow) follower(timeline);
      },
      transport: () => undefined,
    },
    { alarm },
  );
  const hand = new PerformerTempo(clock, chooser, internal);
  const beat = (): number => beatAt(chooser.timeline, clock.now());
  const start = (): void => {
    chooser.start();
    pass(5_000);
  };
  return { clock, pass, internal, chooser, hand, beat, start, timelines, follow };
}

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);
}

describe('nudging', () => {
  it('brings the beat forward or back by what was asked, and goes on in the tempo that was', () => {
    for (const milliseconds of [10, -10, 40, -200, 500]) {
      const { hand, pass, beat, start, chooser } = stage();
      start();
      pass(1_000_000);
      hand.nudge(milliseconds);
      near(beat(), 2, 1e-9);
      pass(20_000_000);
      near((beat() - 42) * 500, milliseconds, 0.01);
      near(chooser.timeline.bpm, 120, 1e-9);
    }
  });

  it('is 5 % faster or slower meanwhile', () => {
    const { hand, pass, start, chooser } = stage(100);
    start();
    hand.nudge(20);
    near(chooser.timeline.bpm, 105, 1e-9);
    pass(399_000);
    near(chooser.timeline.bpm, 105, 1e-9);
    pass(2_000);
    near(chooser.timeline.bpm, 100, 1e-9);
    hand.nudge(-20);
    near(chooser.timeline.bpm, 95, 1e-9);
  });

  it('adds up, also against itself', () => {
    const { hand, pass, beat, start } = stage();
    start();
    for (const milliseconds of [10, 10, 30, -80, 10]) {
      hand.nudge(milliseconds);
      pass(70_000);
    }
    pass(9_650_000);
    near((beat() - 20) * 500, -20, 0.01);
  });

  it('is made good where the alarm rang late', () => {
    const clock = new VirtualClock(0);
    const rung: (() => void)[] = [];
    const internal = new InternalSource(clock, 120, (_delay, action) => {
      rung.push(action);
      return { dispose: () => undefined };
    });
    internal.nudge(20_000);
    clock.advanceTo(500_000);
    rung[0]();
    near(internal.timeline.bpm, 114, 1e-9);
    clock.advanceTo(600_000);
    rung[1]();
    near(internal.timeline.bpm, 120, 1e-9);
    near((beatAt(internal.timeline, 600_000) - 1.2) * 500, 20, 0.01);
  });

  it('ends with a tempo that is set, a stop, a start, or another leader', () => {
    for (const end of ['tempo', 'stop', 'start', 'host'] as const) {
      const { hand, pass, chooser, clock, start } = stage();
      const host = new FakeHost('host', clock);
      chooser.register(host);
      start();
      hand.nudge(200);
      pass(100_000);
      if (end === 'tempo') chooser.proposeTempo(90);
      else if (end === 'host') host.does('start', 0);
      else chooser[end]();
      const told = chooser.timeline;
      near(told.bpm, end === 'tempo' ? 90 : 120, 1e-9);
      pass(10_000_000);
      assert.equal(chooser.timeline, told);
    }
  });

  it('is refused beyond half a second, and where another leads', () => {
    const { hand, chooser, clock } = stage();
    assert.throws(() => hand.nudge(501), (error) => error instanceof ContinuoError && /-500 to 500 milliseconds, not 501/.test(error.message));
    const host = new FakeHost('host', clock);
    chooser.register(host);
    host.does('start', 0);
    assert.throws(() => hand.nudge(10), (error) => error instanceof ContinuoError && /host leads the beat/.test(error.message));
  });
});

describe('tapping', () => {
  function tap(parts: ReturnType<typeof stage>, times: number, interval: number): void {
    for (let index = 0; index < times; index += 1) {
      if (index > 0) parts.pass(interval);
      parts.hand.tap();
    }
  }

  it('sets nothing with one tap, tempo and beat with two', () => {
    const parts = stage();
    tap(parts, 1, 0);
    assert.equal(parts.timelines.length, 0);
    tap(parts, 2, 600_000);
    near(parts.chooser.timeline.bpm, 100, 1e-9);
    near(parts.beat(), Math.round(parts.beat()), 1e-9);
  });

  it('glides to the taps while it plays: no beat is repeated, none skipped', () => {
    for (const offset of [0.1, 0.3, 0.49, 0.51, 0.7, 0.9]) {
      const parts = stage();
      parts.start();
      parts.pass(offset * 500_000);
      let last = parts.beat();
      for (let index = 0; index < 9; index += 1) {
        parts.hand.tap();
        near(parts.beat(), last, 1e-9);
        for (let step = 0; step < 100; step += 1) {
          parts.pass(5_000);
          const gained = parts.beat() - last;
          assert.ok(gained > 0.0087 && gained < 0.0113, `${gained} beats in 5 ms`);
          last = parts.beat();
        }
      }
      near(parts.chooser.timeline.bpm, 120, 1e-6);
      near(parts.beat(), Math.round(parts.beat()), 0.001);
    }
  });

  it('sets the tempo of a leader that takes one, and is refused by one that does not', () => {
    for (const leadable of [true, false]) {
      const { hand, chooser, clock, pass } = stage();
      const host = new FakeHost('host', clock, leadable);
      chooser.register(host);
      host.does('start', 0);
      hand.tap();
      pass(500_000);
      if (leadable) hand.tap();
      else assert.throws(() => hand.tap(), (error) => error instanceof ContinuoError && /host leads the tempo/.test(error.message));
    }
  });
});

describe('taps and nudges while it plays', () => {
  const act = fc.oneof(
    fc.record({ do: fc.constant('tap' as const), wait: fc.integer({ min: 70_000, max: 2_200_000 }) }),
    fc.record({ do: fc.constant('nudge' as const), milliseconds: fc.integer({ min: -500, max: 500 }), wait: fc.integer({ min: 0, max: 900_000 }) }),
  );

  it('play every note once, in order, and none late', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 12 }), async (acts) => {
        const { clock, pass, hand, follow, start, chooser, beat } = stage();
        const sender = new LocalSender(clock, { timeline: chooser.timeline, laneCapacity: 4096 });
        const output = new RecordingOutput(clock);
        await sender.attach({ ...settings, sendsClock: true }, output);
        follow.add((timeline) => sender.publish(timeline));
        sender.transport({ type: 'start', beat: 0, micros: clock.now() + 5_000 });
        sender.queue(1, Array.from({ length: 1000 }, (_unused, index) => note(index / 4, 60 + (index % 12), 0.2)));
        start();
        for (const { wait, ...what } of acts) {
          if (what.do === 'tap') hand.tap();
          else hand.nudge(what.milliseconds);
          const end = clock.now() + wait;
          while (clock.now() < end) {
            pass(Math.min(4_000, end - clock.now()));
            sender.advanceTo(clock.now());
          }
        }
        const onsets = output.sent.filter(({ kind }) => kind === 'noteOn').map((event) => event.beat);
        assert.deepEqual(onsets, Array.from({ length: Math.floor(beat() * 4 + 1e-6) + 1 }, (_unused, index) => index / 4).slice(0, onsets.length));
        assert.ok(onsets.length >= Math.floor(beat() * 4));
        assert.equal(sender.counters().droppedLate, 0);
        const ticks = output.sent.filter(({ kind }) => kind === 'clock').map((event) => Math.round(event.beat * 24));
        assert.deepEqual(ticks, ticks.map((_tick, index) => ticks[0] + index));
        assert.ok(!output.sent.some(({ kind }) => kind === 'stop' || kind === 'position'), 'the clock out did not jump');
      }),
      { numRuns: 60 },
    );
  });

  it('never leaves the bounds of tempo', () => {
    for (const bpm of [20, 999]) {
      const { hand, pass, chooser, start } = stage(bpm);
      start();
      for (const milliseconds of [100, -100]) {
        hand.nudge(milliseconds);
        assert.ok(chooser.timeline.bpm >= 20 && chooser.timeline.bpm <= 999);
        pass(5_000_000);
        near(chooser.timeline.bpm, bpm, 1e-9);
        assert.ok(microsPerBeat(chooser.timeline) > 0);
      }
    }
  });
});
