import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { TransportChange } from '../../../src/engine/contracts/sync-source.js';
import type { Note } from '../../../src/engine/music/note.js';
import { LocalSender } from '../../../src/engine/scheduling/local-sender.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { beatAt, withBeatAt, withTempo, type Timeline } from '../../../src/engine/time/timeline.js';
import { RecordingOutput, settings, type Sent } from './recording-output.js';

const owner = fc.integer({ min: 1, max: 3 });
/** Beats from now. */
const ahead = fc.double({ min: -1, max: 6, noNaN: true });
/** Few keys, so that notes meet. */
const someNote = fc.record({
  ahead,
  duration: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 8, noNaN: true })),
  pitch: fc.integer({ min: 60, max: 63 }),
  channel: fc.integer({ min: 0, max: 1 }),
});

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('queue' as const), owner, notes: fc.array(someNote, { maxLength: 6 }) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('pass' as const), micros: fc.integer({ min: 0, max: 700_000 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('flush' as const), owner, ahead }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tempo' as const), bpm: fc.integer({ min: 20, max: 999 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('jump' as const), beat: fc.double({ min: -8, max: 50, noNaN: true }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom<TransportChange['type']>('start', 'continue', 'stop', 'locate'),
      beat: fc.double({ min: -4, max: 50, noNaN: true }),
      delay: fc.constantFrom(0, 0, 5_000, 300_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('silence' as const, 'panic' as const), owner }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('route' as const), owner, outputs: fc.constantFrom('all' as const, [], ['one'], ['two', 'three']) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('offset' as const), output: fc.constantFrom('one', 'two', 'three'), micros: fc.integer({ min: -80_000, max: 80_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cable' as const), refuses: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Three outputs: one that plays on arrival, one that is told early, one with clock; and everything that can befall them. */
async function perform(steps: readonly Step[], laneCapacity: number) {
  const clock = new VirtualClock(10_000_000);
  let timeline: Timeline = { bpm: 120, beatOrigin: 0, timeOrigin: clock.now() };
  const sender = new LocalSender(clock, { timeline, laneCapacity, onFault: () => undefined });
  const outputs = [new RecordingOutput(clock), new RecordingOutput(clock), new RecordingOutput(clock)];
  await sender.attach(settings, outputs[0]);
  await sender.attach({ ...settings, name: 'two', leadMicros: 250_000 }, outputs[1]);
  await sender.attach({ ...settings, name: 'three', sendsClock: true, offsetMicros: -20_000 }, outputs[2]);
  const publish = (next: Timeline): void => {
    timeline = next;
    sender.publish(next);
  };
  const now = (): number => beatAt(timeline, clock.now());
  let queued = 0;
  sender.transport({ type: 'start', beat: 0, micros: clock.now() });
  for (const act of steps) {
    switch (act.do) {
      case 'queue': {
        const notes = act.notes.map(({ ahead: by, ...rest }): Note => ({ ...rest, beat: now() + by, velocity: 90 }));
        queued += notes.length;
        sender.queue(act.owner, notes);
        break;
      }
      case 'pass':
        sender.advanceTo(clock.now() + act.micros);
        break;
      case 'flush':
        sender.flush(act.owner, now() + act.ahead);
        break;
      case 'tempo':
        publish(withTempo(timeline, act.bpm, clock.now()));
        break;
      case 'jump':
        publish(withBeatAt(timeline, act.beat, clock.now()));
        break;
      case 'silence':
        sender.silence(act.owner);
        break;
      case 'panic':
        sender.panic();
        break;
      case 'route':
        sender.route(act.owner, act.outputs);
        break;
      case 'offset':
        sender.setOffset(act.output, act.micros);
        break;
      case 'cable':
        outputs[0].refuses = ({ kind }) => act.refuses && kind === 'noteOn';
        break;
      default: {
        const micros = clock.now() + act.delay;
        if (act.do !== 'stop') publish(withBeatAt(timeline, act.beat, micros));
        sender.transport({ type: act.do, beat: act.beat, micros });
      }
    }
  }
  const { sounding } = sender.counters();
  const unended = outputs.map(({ sent }) => countOf(sent, 'noteOn') - countOf(sent, 'noteOff'));
  await sender.close();
  return { sender, outputs, queued, sounding, unended };
}

function countOf(sent: readonly Sent[], wanted: Sent['kind']): number {
  return sent.filter(({ kind }) => kind === wanted).length;
}

/** Every onset has one end, the key is free when it is struck, and no end is heard before its onset. */
function assertEveryNoteEnds(sent: readonly Sent[]): void {
  const keys = new Map<string, Sent>();
  const ids = new Set<number>();
  for (const event of sent) {
    const key = `${event.channel} ${event.data1}`;
    const sounding = keys.get(key);
    if (event.kind === 'noteOn') {
      assert.equal(sounding, undefined, 'an onset on a key that sounds');
      assert.ok(!ids.has(event.noteId), 'a note is sent once');
      ids.add(event.noteId);
      keys.set(key, event);
    } else if (event.kind === 'noteOff') {
      assert.ok(sounding, 'an end on a key that is silent');
      assert.deepEqual([event.noteId, event.owner], [sounding.noteId, sounding.owner]);
      assert.ok(event.due >= sounding.due, 'an end before its onset');
      keys.delete(key);
    }
  }
  assert.equal(keys.size, 0, 'a note hangs');
}

describe('sending, whatever happens', () => {
  it('ends every note it starts, once, and never starts one on a key that sounds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 120 }), async (steps) => {
        const { outputs } = await perform(steps, 8_192);
        for (const { sent } of outputs) assertEveryNoteEnds(sent);
      }),
      { numRuns: 300 },
    );
  });

  it('does so in thousands of steps on end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3_000, maxLength: 3_000, size: 'max' }), async (steps) => {
        const { outputs, sender } = await perform(steps, 8_192);
        for (const { sent } of outputs) assertEveryNoteEnds(sent);
        assert.ok(countOf(outputs[1].sent, 'noteOn') > 100);
        assert.equal(sender.counters().sounding, 0);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });

  it('does so when the queues overflow, and counts every note that found no room', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 120 }), async (steps) => {
        const { outputs, sender, queued } = await perform(steps, 8);
        for (const { sent } of outputs) assertEveryNoteEnds(sent);
        const { sent, droppedFull, droppedLate } = sender.counters();
        const onsets = outputs.flatMap((output) => output.sent.filter(({ kind }) => kind === 'noteOn'));
        assert.equal(sent, onsets.length);
        assert.ok(sent + droppedFull + droppedLate <= 3 * queued);
      }),
      { numRuns: 200 },
    );
  });

  it('knows at every moment how many notes sound', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const { sounding, unended } = await perform(steps, 64);
        assert.equal(sounding, unended.reduce((sum, count) => sum + count, 0));
      }),
    );
  });

  it('starts no note more than 100 ms late', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 100 }), async (steps) => {
        const { outputs } = await perform(steps, 512);
        for (const { sent } of outputs) {
          for (const event of sent) if (event.kind === 'noteOn') assert.ok(event.at - event.due <= 100_000 + 1e-3);
        }
      }),
    );
  });

  it('keeps the order of beats while nothing but tempo changes', async () => {
    // At the fastest tempo more than an output plays ahead: what is queued later than it is played has no order to keep.
    const soonest = 0.4;
    const calm = fc.oneof(
      fc.record({ do: fc.constant('queue' as const), owner, notes: fc.array(someNote.map((one) => ({ ...one, ahead: Math.abs(one.ahead) + soonest })), { maxLength: 6 }) }),
      fc.record({ do: fc.constant('pass' as const), micros: fc.integer({ min: 0, max: 700_000 }) }),
      fc.record({ do: fc.constant('tempo' as const), bpm: fc.integer({ min: 20, max: 999 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(calm, { maxLength: 100 }), async (steps) => {
        const { outputs } = await perform(steps, 8_192);
        for (const { sent } of [outputs[0], outputs[2]]) {
          const onsets = sent.filter(({ kind }) => kind === 'noteOn');
          // Beats that differ by less than a rounding error are due at the same microsecond, in whichever order.
          for (let at = 1; at < onsets.length; at += 1) assert.ok(onsets[at].beat >= onsets[at - 1].beat - 1e-9);
        }
      }),
    );
  });

  it('repeats itself exactly', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const [first, second] = [await perform(steps, 128), await perform(steps, 128)];
        assert.deepEqual(second.outputs.map(({ sent }) => sent), first.outputs.map(({ sent }) => sent));
      }),
      { numRuns: 30 },
    );
  });
});
