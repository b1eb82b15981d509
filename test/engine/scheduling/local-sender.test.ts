import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { note, RecordingOutput, settings, stage } from './recording-output.js';

describe('sending: on time', () => {
  it('sends each note when its beat comes, and its end when that comes', async () => {
    const { sender, output, playTo, time } = await stage();
    sender.queue(1, [note(1), note(2.25, 64, 1)]);
    playTo(8);
    assert.deepEqual(
      output.sent.map(({ kind, data1, data2, at, due, durationBeats }) => [kind, data1, data2, at, due, durationBeats]),
      [
        ['noteOn', 60, 100, time(1), time(1), 0.5],
        ['noteOff', 60, 0, time(1.5), time(1.5), 0],
        ['noteOn', 64, 100, time(2.25), time(2.25), 1],
        ['noteOff', 64, 0, time(3.25), time(3.25), 0],
      ],
    );
    assert.equal(output.sent[0].noteId, output.sent[1].noteId);
    assert.notEqual(output.sent[0].noteId, output.sent[2].noteId);
    assert.deepEqual(output.sent.map(({ owner, microsPerBeat }) => [owner, microsPerBeat]), Array(4).fill([1, 500_000]));
  });

  it('sends nothing before it has started', async () => {
    const { sender, output, playTo } = await stage({}, { playing: false });
    sender.queue(1, [note(1)]);
    playTo(8);
    assert.deepEqual(output.sent, []);
    assert.equal(sender.counters().queued, 1);
  });

  it('sends a chord at one moment: ends, then controllers, programs, then onsets in the order they were queued', async () => {
    const { sender, output, playTo } = await stage();
    sender.queue(1, [note(0, 50, 1), note(0, 53, 1)]);
    sender.queue(
      1,
      [note(1, 64), note(1, 60), note(1, 67)],
      [{ beat: 1, channel: 0, program: 5 }],
      [{ beat: 1, channel: 0, controller: 0, value: 1 }],
    );
    playTo(1);
    const moment = output.sent.filter(({ beat }) => beat === 1);
    assert.deepEqual(moment.map(({ kind, data1 }) => `${kind} ${data1}`), [
      'noteOff 50', 'noteOff 53', 'control 0', 'program 5', 'noteOn 64', 'noteOn 60', 'noteOn 67',
    ]);
    assert.equal(new Set(moment.map(({ at }) => at)).size, 1);
  });

  it('hands over once a burst', async () => {
    const { sender, output, playTo } = await stage();
    sender.queue(1, [note(1, 60), note(1, 64), note(1, 67)]);
    playTo(1);
    assert.equal(output.flushes, 1);
    playTo(1.4);
    assert.equal(output.flushes, 1);
  });

  it('plays notes before beat 0 when it was started before', async () => {
    const { sender, output, clock } = await stage({}, { playing: false });
    sender.publish({ bpm: 120, beatOrigin: -4, timeOrigin: clock.now() });
    sender.transport({ type: 'start', beat: -4, micros: clock.now() });
    sender.queue(1, [note(-2, 60), note(-0.25, 62)]);
    sender.advanceTo(clock.now() + 4 * 500_000);
    assert.deepEqual(output.notes(), ['on 60 @-2', 'off 60 @-1.5', 'on 62 @-0.25']);
  });

  it('moves notes that are queued, and ends of notes that sound, with the tempo', async () => {
    const { sender, output, clock, playTo, time } = await stage();
    sender.queue(1, [note(1, 60, 2), note(2, 64)]);
    playTo(1.5);
    sender.publish({ bpm: 60, beatOrigin: 1.5, timeOrigin: clock.now() });
    sender.advanceTo(time(20));
    assert.deepEqual(output.sent.map(({ kind, data1, at }) => [kind, data1, at]), [
      ['noteOn', 60, time(1)],
      ['noteOn', 64, time(2.5)],
      ['noteOff', 64, time(3.5)],
      ['noteOff', 60, time(4.5)],
    ]);
    assert.equal(output.sent[1].microsPerBeat, 1_000_000);
  });

  it('hands events to a wire that is told early by its lead, due when they are heard', async () => {
    const { sender, output, playTo, time } = await stage({ leadMicros: 200_000 });
    sender.queue(1, [note(2)]);
    playTo(8);
    assert.deepEqual(output.sent.map(({ at, due }) => [at, due]), [
      [time(2) - 200_000, time(2)],
      [time(2.5) - 200_000, time(2.5)],
    ]);
    assert.equal(sender.counters().latenessMicros.max, 0);
  });

  it('plays later or earlier by the offset of each output, which may change', async () => {
    const { sender, output, playTo, time, clock } = await stage({ offsetMicros: 30_000 });
    const early = new RecordingOutput(clock);
    await sender.attach({ ...settings, name: 'two', offsetMicros: -30_000 }, early);
    sender.queue(1, [note(2), note(4)]);
    playTo(3);
    sender.setOffset('two', 0);
    playTo(8);
    assert.deepEqual(output.sent.map(({ at }) => at), [2, 2.5, 4, 4.5].map((beat) => time(beat) + 30_000));
    assert.deepEqual(early.sent.map(({ at }) => at), [time(2) - 30_000, time(2.5) - 30_000, time(4), time(4.5)]);
    assert.throws(() => sender.setOffset('three', 0), { errorName: 'badValue' });
  });
});

describe('sending: late', () => {
  it('plays an onset that is up to 100 ms late and counts it, drops a later one and counts that', async () => {
    const { sender, output, playTo } = await stage();
    playTo(4);
    sender.queue(1, [note(3.81, 60, 4), note(3.79, 62, 4), note(3.9995, 64, 4)]);
    playTo(4.1);
    assert.deepEqual(output.notes(), ['on 60 @3.81', 'on 64 @4']);
    const { sent, late, droppedLate, latenessMicros } = sender.counters();
    assert.deepEqual([sent, late, droppedLate], [2, 1, 1]);
    assert.equal(latenessMicros.max, 95_000);
  });

  it('does not call an onset late that a wire with a lead still gets in time', async () => {
    const { sender, output, playTo } = await stage({ leadMicros: 300_000 });
    playTo(4);
    sender.queue(1, [note(4.1, 60, 4)]);
    playTo(4.1);
    const { late, droppedLate } = sender.counters();
    assert.deepEqual([output.sent.length, late, droppedLate], [1, 0, 0]);
  });

  it('sends late programs and controllers, however late', async () => {
    const { sender, output, playTo } = await stage();
    playTo(4);
    sender.queue(1, [], [{ beat: 0, channel: 1, program: 3 }], [{ beat: -100, channel: 1, controller: 7, value: 9 }]);
    playTo(4.1);
    assert.deepEqual(output.sent.map(({ kind }) => kind), ['control', 'program']);
  });

  it('sends an end however late it is', async () => {
    const { sender, output, clock, playTo } = await stage();
    sender.queue(1, [note(1, 60, 1)]);
    playTo(1.5);
    sender.publish({ bpm: 120, beatOrigin: 500, timeOrigin: clock.now() });
    sender.run();
    assert.deepEqual(output.notes(), ['on 60 @1', 'off 60 @2']);
  });

  it('does not play what lies before the beat it was started from', async () => {
    const { sender, output, clock } = await stage({}, { playing: false });
    sender.queue(1, [note(7.9, 60, 4), note(8, 64)]);
    sender.publish({ bpm: 120, beatOrigin: 8, timeOrigin: clock.now() });
    sender.transport({ type: 'continue', beat: 8, micros: clock.now() });
    sender.advanceTo(clock.now() + 1_000);
    assert.deepEqual(output.notes(), ['on 64 @8']);
  });
});

describe('sending: clock', () => {
  it('ticks while stopped, starts on the downbeat with a millisecond to spare, and ticks first, then plays', async () => {
    const { sender, output, playTo, time } = await stage({ sendsClock: true }, { playing: false });
    playTo(0.5);
    assert.equal(output.sent.filter(({ kind }) => kind === 'clock').length, 13);
    sender.publish({ bpm: 120, beatOrigin: 0, timeOrigin: time(0.52) });
    sender.transport({ type: 'start', beat: 0, micros: time(0.52) });
    sender.queue(1, [note(0)]);
    output.sent.length = 0;
    playTo(0.6);
    const start = output.sent.findIndex(({ kind }) => kind === 'start');
    assert.deepEqual(output.sent.slice(start, start + 3).map(({ kind, beat }) => [kind, beat]), [['start', 0], ['clock', 0], ['noteOn', 0]]);
    const [first, downbeat] = output.sent.slice(start);
    assert.equal(downbeat.at, time(0.52));
    assert.ok(downbeat.at - first.at >= 999 && downbeat.at - first.at <= 1_001);
  });

  it('keeps 24 even ticks a beat through tempo changes', async () => {
    const { sender, output, clock } = await stage({ sendsClock: true });
    let timeline = { bpm: 120, beatOrigin: 0, timeOrigin: 1_000_000 };
    for (let change = 0; change < 20; change += 1) {
      const now = clock.now() + 333_333;
      sender.advanceTo(now);
      const beat = timeline.beatOrigin + ((now - timeline.timeOrigin) * timeline.bpm) / 60_000_000;
      timeline = { bpm: 60 + ((change * 37) % 120), beatOrigin: beat, timeOrigin: now };
      sender.publish(timeline);
    }
    const ticks = output.sent.filter(({ kind }) => kind === 'clock').map(({ beat }) => Math.round(beat * 24));
    assert.deepEqual(ticks, ticks.map((_, index) => index));
    assert.deepEqual(output.sent.filter(({ kind }) => kind !== 'clock').map(({ kind }) => kind), ['start']);
  });

  it('says stop, and goes on ticking', async () => {
    const { sender, output, playTo, time } = await stage({ sendsClock: true });
    playTo(2);
    output.sent.length = 0;
    sender.transport({ type: 'stop', beat: 2.01, micros: time(2.01) });
    playTo(3);
    assert.deepEqual(output.sent.map(({ kind }) => kind).filter((kind) => kind !== 'clock'), ['stop']);
    assert.equal(output.sent.filter(({ kind }) => kind === 'clock').length, 24);
  });

  it('tells an output that comes while the music plays where it is', async () => {
    const { sender, clock, playTo } = await stage();
    playTo(5.1);
    const late = new RecordingOutput(clock);
    await sender.attach({ ...settings, name: 'late', sendsClock: true }, late);
    playTo(6);
    const words = late.sent.filter(({ kind }) => kind !== 'clock').map(({ kind, data1 }) => `${kind} ${data1}`);
    assert.deepEqual(words, ['position 21', 'continue 0']);
    const downbeat = late.sent[late.sent.findIndex(({ kind }) => kind === 'continue') + 1];
    assert.deepEqual([downbeat.kind, downbeat.beat], ['clock', 5.25]);
  });

  it('explains a restart by stop and start alone', async () => {
    const { sender, output, playTo, time } = await stage({ sendsClock: true });
    playTo(9.3);
    output.sent.length = 0;
    sender.publish({ bpm: 120, beatOrigin: 0, timeOrigin: time(9.31) });
    sender.transport({ type: 'start', beat: 0, micros: time(9.31) });
    playTo(9.5);
    const words = output.sent.map(({ kind }) => kind);
    assert.deepEqual(words.filter((kind) => kind !== 'clock'), ['stop', 'start']);
    assert.equal(output.sent[words.indexOf('start') + 1].beat, 0);
  });
});
