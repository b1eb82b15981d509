import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { causeOf } from '../../../src/engine/scheduling/late-cause.js';
import { note, stage } from './recording-output.js';

const none = { queued: 0, moved: 0, held: 0 };

describe('why an onset is late', () => {
  it('is that it was queued late', async () => {
    const { sender, playTo } = await stage();
    playTo(4);
    sender.queue(1, [note(3.99), note(3.5)]);
    playTo(5);
    const { late, droppedLate, lateBecause } = sender.counters();
    assert.deepEqual([late, droppedLate, lateBecause], [1, 1, { ...none, queued: 2 }]);
  });

  it('is that the sending thread was not there', async () => {
    const { sender, clock, time } = await stage();
    sender.queue(1, [note(1), note(2)]);
    sender.run();
    clock.advanceTo(time(1) + 3_000);
    sender.run();
    clock.advanceTo(time(2) + 150_000);
    sender.run();
    const { late, droppedLate, lateBecause } = sender.counters();
    assert.deepEqual([late, droppedLate, lateBecause], [1, 1, { ...none, held: 2 }]);
  });

  it('is that the leader moved the music over it: by its tempo, by a start it told of late, by an offset', async () => {
    const tempo = await stage();
    tempo.sender.queue(1, [note(2)]);
    tempo.playTo(1.9);
    tempo.sender.publish({ bpm: 120, beatOrigin: 2.04, timeOrigin: tempo.clock.now() });
    tempo.sender.run();
    assert.deepEqual(tempo.sender.counters().lateBecause, { ...none, moved: 1 });

    const start = await stage({}, { playing: false });
    start.sender.queue(1, [note(0)]);
    start.clock.advanceTo(start.time(0) + 20_000);
    start.sender.transport({ type: 'start', beat: 0, micros: start.time(0) });
    start.sender.run();
    assert.deepEqual(start.sender.counters().lateBecause, { ...none, moved: 1 });

    const offset = await stage();
    offset.sender.queue(1, [note(2)]);
    offset.playTo(1.9);
    offset.sender.setOffset('one', -80_000);
    offset.sender.run();
    assert.deepEqual(offset.sender.counters().lateBecause, { ...none, moved: 1 });
  });

  it('is that the leader leapt back to a slow tempo, which takes an output that plays later past it', async () => {
    const { sender, clock } = await stage({ offsetMicros: 100_000 }, { timeline: { bpm: 600, beatOrigin: 0, timeOrigin: 1_000_000 } });
    sender.queue(1, [note(9.3)]);
    sender.advanceTo(2_000_000);
    sender.publish({ bpm: 30, beatOrigin: 9.7, timeOrigin: clock.now() });
    sender.run();
    assert.deepEqual(sender.counters().droppedBecause, { ...none, moved: 1 });
  });

  it('is not a move that was made before, or over something else', async () => {
    const { sender, clock, playTo, time } = await stage();
    sender.queue(1, [note(2)]);
    playTo(1);
    sender.publish({ bpm: 120, beatOrigin: 1.04, timeOrigin: clock.now() });
    sender.run();
    clock.advanceTo(time(2) + 5_000);
    sender.run();
    assert.deepEqual(sender.counters().lateBecause, { ...none, held: 1 });
  });

  it('is the largest part of the way from when it was due to when it left', () => {
    const part = fc.integer({ min: 1, max: 50_000 });
    fc.assert(
      fc.property(part, part, (before, after) => {
        const cause = causeOf({ due: 0, queued: before, moved: -Infinity, left: before + after });
        assert.equal(cause, after > before ? 'held' : 'queued');
      }),
    );
  });

  it('is told of every onset that is late or dropped, and of no other', async () => {
    const moment = fc.record({ wait: fc.integer({ min: 0, max: 200_000 }), oversleep: fc.integer({ min: 0, max: 150_000 }), beats: fc.double({ min: -0.3, max: 0.6, noNaN: true }) });
    await fc.assert(
      fc.asyncProperty(fc.array(moment, { maxLength: 30 }), async (moments) => {
        const { sender, clock } = await stage();
        for (const { wait, oversleep, beats } of moments) {
          sender.advanceTo(clock.now() + wait);
          sender.queue(1, [note((clock.now() - 1_000_000) / 500_000 + beats)]);
          clock.advanceTo(clock.now() + oversleep);
          sender.run();
        }
        sender.advanceTo(clock.now() + 1_000_000);
        const { late, droppedLate, lateBecause } = sender.counters();
        assert.equal(lateBecause.queued + lateBecause.moved + lateBecause.held, late + droppedLate);
      }),
    );
  });
});
