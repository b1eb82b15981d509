import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ContinuoError } from '../../../src/engine/errors.js';
import { LocalSender } from '../../../src/engine/scheduling/local-sender.js';
import { usualLimits, type NoteLimits } from '../../../src/engine/scheduling/note-limits.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { beatAt, withBeatAt, withTempo, type Timeline } from '../../../src/engine/time/timeline.js';
import { note, RecordingOutput, settings, stage, type Sent } from './recording-output.js';

const second = 1_000_000;
/** Doubles of beats and microseconds are not exact. */
const rounding = 1;

const someNote = fc.record({
  ahead: fc.double({ min: 0, max: 4, noNaN: true }),
  duration: fc.oneof(fc.double({ min: 0, max: 4, noNaN: true }), fc.constantFrom(100, 1e6, 1e12)),
  pitch: fc.integer({ min: 40, max: 80 }),
  channel: fc.integer({ min: 0, max: 2 }),
});
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('queue' as const), owner: fc.integer({ min: 1, max: 2 }), notes: fc.array(someNote, { maxLength: 12 }) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('pass' as const), micros: fc.integer({ min: 0, max: 3 * second }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tempo' as const), bpm: fc.integer({ min: 20, max: 999 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('start' as const, 'stop' as const, 'locate' as const), beat: fc.integer({ min: 0, max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('silence' as const, 'flush' as const, 'panic' as const), owner: fc.integer({ min: 1, max: 2 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Two outputs, one of which is told early; every owner has the same limits. */
async function perform(steps: readonly Step[], limits: NoteLimits) {
  const clock = new VirtualClock(10 * second);
  let timeline: Timeline = { bpm: 120, beatOrigin: 0, timeOrigin: clock.now() };
  const sender = new LocalSender(clock, { timeline });
  const outputs = [new RecordingOutput(clock), new RecordingOutput(clock)];
  await sender.attach(settings, outputs[0]);
  await sender.attach({ ...settings, name: 'two', leadMicros: 250_000 }, outputs[1]);
  for (const owner of [1, 2]) sender.limit(owner, limits);
  const publish = (next: Timeline): void => sender.publish((timeline = next));
  sender.transport({ type: 'start', beat: 0, micros: clock.now() });
  for (const act of steps) {
    if (act.do === 'queue') sender.queue(act.owner, act.notes.map(({ ahead, ...rest }) => ({ ...rest, velocity: 90, beat: beatAt(timeline, clock.now()) + ahead })));
    else if (act.do === 'pass') sender.advanceTo(clock.now() + act.micros);
    else if (act.do === 'tempo') publish(withTempo(timeline, act.bpm, clock.now()));
    else if (act.do === 'silence') sender.silence(act.owner);
    else if (act.do === 'flush') sender.flush(act.owner, beatAt(timeline, clock.now()));
    else if (act.do === 'panic') sender.panic();
    else if ('beat' in act) {
      if (act.do !== 'stop') publish(withBeatAt(timeline, act.beat, clock.now()));
      sender.transport({ type: act.do, beat: act.beat, micros: clock.now() });
    }
  }
  // The tempo may be so slow that nothing ends by itself, and the music stands or not: time alone ends what sounds.
  publish(withTempo(timeline, 20, clock.now()));
  sender.flush(1, -Infinity);
  sender.flush(2, -Infinity);
  sender.advanceTo(clock.now() + limits.longestMicros + second);
  return { sender, sounding: sender.counters().sounding, sent: outputs.map((output) => [...output.sent]) };
}

/** Most notes of an owner at once, and the longest of all, as heard. */
function soundedIn(sent: readonly Sent[]): { most: number; longest: number } {
  const sounding = new Map<number, Sent>();
  let most = 0;
  let longest = 0;
  for (const event of sent) {
    if (event.kind === 'noteOn') sounding.set(event.noteId, event);
    if (event.kind === 'noteOff') {
      longest = Math.max(longest, event.due - (sounding.get(event.noteId)?.due ?? event.due));
      sounding.delete(event.noteId);
    }
    for (const owner of [1, 2]) most = Math.max(most, [...sounding.values()].filter((one) => one.owner === owner).length);
  }
  assert.equal(sounding.size, 0, 'a note hangs');
  return { most, longest };
}

describe('what an owner may let sound, whatever is written', () => {
  it('is never more notes than its limit, and none of them for longer; and every note ends', async () => {
    const limits = fc.record({ mostSounding: fc.integer({ min: 1, max: 6 }), longestMicros: fc.integer({ min: 100_000, max: 5 * second }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), limits, async (steps, given) => {
        const { sent, sounding } = await perform(steps, given);
        assert.equal(sounding, 0);
        for (const events of sent) {
          const { most, longest } = soundedIn(events);
          assert.ok(most <= given.mostSounding, `${most} at once`);
          assert.ok(longest <= given.longestMicros + rounding, `${longest} us`);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is left alone within the limit, and nothing is counted', async () => {
    const { sender, output, playTo } = await stage();
    sender.limit(1, { mostSounding: 2, longestMicros: second });
    sender.queue(1, [note(1, 60, 2), note(1, 64, 2), note(3, 67, 2)]);
    playTo(10);
    assert.deepEqual(output.notes(), ['on 60 @1', 'on 64 @1', 'off 60 @3', 'off 64 @3', 'on 67 @3', 'off 67 @5']);
    assert.deepEqual(sender.endedEarly(1), { stolen: 0, cut: 0 });
  });

  it('makes room by its oldest note, and others do not', async () => {
    const { sender, output, playTo } = await stage();
    sender.limit(1, { mostSounding: 2, longestMicros: 60 * second });
    sender.queue(2, [note(0.5, 36, 8)]);
    sender.queue(1, [note(1, 60, 8), note(2, 64, 8), note(3, 67, 8), note(4, 64, 8)]);
    playTo(4.5);
    assert.deepEqual(output.notes(), ['on 36 @0.5', 'on 60 @1', 'on 64 @2', 'off 60 @3', 'on 67 @3', 'off 64 @4', 'on 64 @4']);
    assert.deepEqual([sender.endedEarly(1), sender.endedEarly(2)], [{ stolen: 1, cut: 0 }, { stolen: 0, cut: 0 }]);
  });

  it('holds by the clock when the tempo falls, and is told to outputs that need to know lengths', async () => {
    const { sender, output, playTo, clock, time } = await stage();
    sender.limit(1, { mostSounding: 64, longestMicros: 2 * second });
    sender.queue(1, [note(0, 60, 3), note(0, 64, 100)]);
    playTo(1);
    sender.publish(withTempo({ bpm: 120, beatOrigin: 0, timeOrigin: time(0) }, 20, clock.now()));
    sender.advanceTo(time(0) + 10 * second);
    const [first, second_, ...ends] = output.sent;
    assert.deepEqual([first.durationBeats, second_.durationBeats], [3, 4]);
    assert.deepEqual(ends.map(({ kind, due }) => [kind, due - time(0)]), [['noteOff', 2 * second], ['noteOff', 2 * second]]);
    assert.deepEqual(sender.endedEarly(1), { stolen: 0, cut: 2 });
  });

  it('ends at once what is too much when the limits are others', async () => {
    const { sender, output, playTo } = await stage();
    sender.queue(1, [note(0, 60, 40), note(1, 64, 40), note(2, 67, 40)]);
    playTo(3);
    output.notes();
    sender.limit(1, { mostSounding: 2, longestMicros: 60 * second });
    assert.deepEqual(output.notes(), ['off 60 @3']);
    sender.limit(1, { mostSounding: 2, longestMicros: second });
    assert.deepEqual(output.notes(), ['off 64 @3']);
    playTo(4);
    assert.deepEqual(output.notes(), ['off 67 @4']);
    assert.deepEqual(sender.endedEarly(1), { stolen: 1, cut: 2 });
  });

  it('has a limit where nobody has set one', async () => {
    const { sender, output, playTo } = await stage();
    sender.queue(1, Array.from({ length: 100 }, (_unused, pitch) => note(0, pitch, 1e9)));
    playTo(1);
    assert.equal(sender.counters().sounding, usualLimits.mostSounding);
    sender.advanceTo(1_000_000 + usualLimits.longestMicros);
    assert.equal(output.sent.filter(({ kind }) => kind === 'noteOff').length, 100);
    assert.deepEqual(sender.endedEarly(1), { stolen: 36, cut: 100 });
  });

  it('is refused where it is none', async () => {
    const { sender } = await stage();
    for (const limits of [{ mostSounding: 0, longestMicros: 1 }, { mostSounding: 256, longestMicros: 1 }, { mostSounding: 1, longestMicros: 0 }, { mostSounding: 1, longestMicros: Infinity }]) {
      assert.throws(() => sender.limit(1, limits), (error) => error instanceof ContinuoError && error.errorName === 'badValue');
    }
  });
});
