import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { note, stage } from './recording-output.js';

describe('sending: no note hangs', () => {
  it('ends a note before it is struck again, and then only once', async () => {
    const { sender, output, playTo } = await stage();
    sender.queue(1, [note(1, 60, 4)]);
    sender.queue(2, [note(2, 60, 4)]);
    playTo(10);
    assert.deepEqual(output.sent.map(({ kind, owner, beat }) => [kind, owner, beat]), [
      ['noteOn', 1, 1], ['noteOff', 1, 2], ['noteOn', 2, 2], ['noteOff', 2, 6],
    ]);
    assert.equal(output.sent[0].noteId, output.sent[1].noteId);
  });

  it('tells the same key on two channels apart', async () => {
    const { sender, output, playTo } = await stage();
    sender.queue(1, [note(1, 60, 4, 0), note(2, 60, 1, 1)]);
    playTo(10);
    assert.deepEqual(output.sent.map(({ kind, channel, beat }) => [kind, channel, beat]), [
      ['noteOn', 0, 1], ['noteOn', 1, 2], ['noteOff', 1, 3], ['noteOff', 0, 5],
    ]);
  });

  it('starts and ends a note without length', async () => {
    const { sender, output, playTo } = await stage();
    sender.queue(1, [note(1, 60, 0)]);
    playTo(2);
    assert.deepEqual(output.notes(), ['on 60 @1', 'off 60 @1']);
  });

  it('flushes what is ahead and leaves the ends of what sounds', async () => {
    const { sender, output, playTo } = await stage();
    sender.queue(1, [note(1, 60, 3), note(2, 62), note(3, 64)], [{ beat: 2.5, channel: 0, program: 1 }]);
    sender.queue(2, [note(3, 72)]);
    playTo(1.5);
    sender.flush(1, 2.25);
    playTo(10);
    assert.deepEqual(output.notes(), ['on 60 @1', 'on 62 @2', 'off 62 @2.5', 'on 72 @3', 'off 72 @3.5', 'off 60 @4']);
  });

  it('silences one owner at once and drops what it has queued', async () => {
    const { sender, output, playTo, time } = await stage();
    sender.queue(1, [note(1, 60, 4), note(2, 62)]);
    sender.queue(2, [note(1, 72, 4)]);
    playTo(1.5);
    sender.silence(1);
    assert.equal(output.sent.at(-1)?.kind, 'noteOff');
    assert.equal(output.sent.at(-1)?.at, time(1.5));
    playTo(10);
    assert.deepEqual(output.notes(), ['on 60 @1', 'on 72 @1', 'off 60 @1.5', 'off 72 @5']);
  });

  it('ends every note on stop, holds the queue, and goes on with continue', async () => {
    const { sender, output, playTo, time, clock } = await stage();
    sender.queue(1, [note(1, 60, 4), note(2, 62)]);
    playTo(1.5);
    sender.transport({ type: 'stop', beat: 1.5, micros: time(1.5) });
    playTo(6);
    assert.deepEqual(output.notes(), ['on 60 @1', 'off 60 @1.5']);
    assert.equal(sender.counters().queued, 1);
    sender.publish({ bpm: 120, beatOrigin: 1.5, timeOrigin: clock.now() });
    sender.transport({ type: 'continue', beat: 1.5, micros: clock.now() });
    sender.advanceTo(time(10));
    assert.deepEqual(output.notes(), ['on 62 @2', 'off 62 @2.5']);
  });

  it('stops at the time it is told, in the middle of what is due', async () => {
    const { sender, output, playTo, time } = await stage();
    sender.queue(1, [note(1, 60, 4), note(2, 62), note(3, 64)]);
    sender.transport({ type: 'stop', beat: 2.25, micros: time(2.25) });
    playTo(10);
    assert.deepEqual(output.notes(), ['on 60 @1', 'on 62 @2', 'off 60 @2.25', 'off 62 @2.25']);
  });

  it('lets a stop void a start that has not come yet', async () => {
    const { sender, output, playTo, time } = await stage({}, { playing: false });
    sender.queue(1, [note(3)]);
    sender.transport({ type: 'start', beat: 0, micros: time(2) });
    sender.transport({ type: 'stop', beat: 0, micros: time(0) });
    playTo(10);
    assert.deepEqual(output.sent, []);
  });

  it('ends what sounds when the music is moved elsewhere', async () => {
    const { sender, output, playTo, clock } = await stage();
    sender.queue(1, [note(1, 60, 4)]);
    playTo(1.5);
    sender.publish({ bpm: 120, beatOrigin: 4, timeOrigin: clock.now() });
    sender.transport({ type: 'locate', beat: 4, micros: clock.now() });
    sender.run();
    assert.deepEqual(output.notes(), ['on 60 @1', 'off 60 @4']);
  });

  it('ends what sounds when the timeline goes back, for its end is now far away', async () => {
    const { sender, output, playTo, clock } = await stage();
    sender.queue(1, [note(9, 60, 1)]);
    playTo(9.5);
    sender.publish({ bpm: 120, beatOrigin: 1, timeOrigin: clock.now() });
    sender.run();
    assert.deepEqual(output.notes(), ['on 60 @9', 'off 60 @1']);
  });

  it('lets notes ring on while a settling clock steps back a little', async () => {
    const { sender, output, playTo, clock } = await stage();
    sender.queue(1, [note(9, 60, 1)]);
    playTo(9.5);
    sender.publish({ bpm: 120, beatOrigin: 9.4, timeOrigin: clock.now() });
    sender.run();
    assert.deepEqual(output.notes(), ['on 60 @9']);
  });

  it('never ends a note before it is heard, on a wire that is told early', async () => {
    const { sender, output, playTo, time } = await stage({ leadMicros: 300_000 });
    sender.queue(1, [note(2, 60, 4)]);
    playTo(1.5);
    assert.equal(output.sent.length, 1);
    sender.silence(1);
    assert.equal(output.sent.length, 2);
    assert.deepEqual(output.sent.map(({ due }) => due), [time(2), time(2)]);
  });

  it('keeps the end of a note in order when the tempo jumps, on a wire that is told early', async () => {
    const { sender, output, playTo, clock, time } = await stage({ leadMicros: 300_000 });
    sender.queue(1, [note(2, 60, 0.25)]);
    playTo(1.5);
    sender.publish({ bpm: 999, beatOrigin: 1.5, timeOrigin: clock.now() });
    sender.run();
    const [on, off] = output.sent;
    assert.deepEqual([on.due, off.kind, off.due], [time(2), 'noteOff', time(2)]);
  });

  it('ends by name and then in three more ways on panic, on every channel used, and empties the queue', async () => {
    const { sender, output, playTo } = await stage();
    sender.queue(1, [note(1, 60, 8), note(1, 64, 8, 3), note(5, 67)]);
    sender.queue(2, [note(1.25, 36, 8, 9)]);
    playTo(2);
    output.sent.length = 0;
    sender.panic();
    const names = output.sent.map(({ kind, channel, data1, data2 }) => `${kind} ${channel} ${data1} ${data2}`);
    assert.deepEqual(names.slice(0, 3).sort(), ['noteOff 0 60 0', 'noteOff 3 64 0', 'noteOff 9 36 0']);
    assert.deepEqual(
      names.slice(3),
      [0, 3, 9].flatMap((channel) => [123, 120, 64].map((controller) => `control ${channel} ${controller} 0`)),
    );
    assert.deepEqual([sender.counters().queued, sender.counters().sounding], [0, 0]);
    playTo(20);
    assert.equal(output.sent.length, 12);
  });

  it('plays on after a panic', async () => {
    const { sender, output, playTo } = await stage();
    sender.panic();
    assert.deepEqual(output.sent, []);
    sender.queue(1, [note(1)]);
    playTo(1);
    assert.deepEqual(output.notes(), ['on 60 @1']);
  });

  it('ends what sounds when an output is disposed, and closes it, once', async () => {
    const { sender, output, playTo, handle } = await stage();
    sender.queue(1, [note(1, 60, 8)]);
    playTo(2);
    await handle.dispose();
    await handle.dispose();
    assert.deepEqual(output.notes(), ['on 60 @1', 'off 60 @2']);
    assert.equal(output.isOpen, false);
    assert.equal(sender.counters().sounding, 0);
  });

  it('ends everything on close', async () => {
    const { sender, output, playTo } = await stage();
    sender.queue(1, [note(1, 60, 8)]);
    playTo(2);
    await sender.close();
    assert.deepEqual(output.notes(), ['on 60 @1', 'off 60 @2']);
    assert.equal(output.isOpen, false);
  });
});
