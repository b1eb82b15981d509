import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RecentTimeline } from '../../../src/engine/scheduling/recent-timeline.js';
import { beatAt, withTempo, type Timeline } from '../../../src/engine/time/timeline.js';
import { note, stage } from './recording-output.js';

const fast: Timeline = { bpm: 240, beatOrigin: 0, timeOrigin: 0 };

describe('RecentTimeline', () => {
  it('keeps the places of what came before a change of tempo', () => {
    const time = new RecentTimeline(fast);
    assert.equal(time.follow(withTempo(fast, 30, 1_000_000), 1_000_000), 0);
    assert.equal(time.timeAt(3.5), 875_000);
    assert.equal(time.beatAt(875_000), 3.5);
    assert.equal(time.timeAt(4.5), 2_000_000);
    assert.equal(time.beatAt(2_000_000), 4.5);
  });

  it('gives what a change leaps over the places of the new timeline, and forgets the old one when it is told to', () => {
    const time = new RecentTimeline(fast);
    assert.equal(time.follow({ bpm: 240, beatOrigin: 4.2, timeOrigin: 1_000_000 }, 1_000_000).toFixed(3), '0.200');
    assert.equal(Math.round(time.timeAt(4.1)), 975_000);
    assert.equal(time.timeAt(3.9), 975_000);
    time.forgetPast();
    assert.equal(Math.round(time.timeAt(3.9)), 925_000);
  });

  it('keeps the places of each of many timelines that came one after the other', () => {
    const time = new RecentTimeline(fast);
    let timeline = fast;
    const changes = [240, 20, 999, 120, 20].map((bpm, index) => {
      const micros = index * 50_000;
      timeline = withTempo(timeline, bpm, micros);
      time.follow(timeline, micros);
      return { micros, timeline };
    });
    for (const { micros, timeline: held } of changes) {
      const beat = beatAt(held, micros + 10_000);
      assert.equal(time.beatAt(micros + 10_000), beat);
      assert.ok(Math.abs(time.timeAt(beat) - micros - 10_000) < 1e-3);
    }
  });

  it('forgets what was before a moment and keeps what came after it', () => {
    const time = new RecentTimeline(fast);
    const moved: Timeline = { bpm: 240, beatOrigin: 100, timeOrigin: 1_000_000 };
    time.follow(moved, 1_000_000);
    time.follow(withTempo(moved, 30, 1_050_000), 1_050_000);
    time.forgetPast(1_000_000);
    assert.equal(time.timeAt(100), 1_000_000);
    assert.equal(time.timeAt(99), 750_000);
    time.forgetPast();
    assert.equal(Math.round(time.timeAt(100.2)), 1_050_000);
    assert.equal(Math.round(time.timeAt(100)), 650_000);
  });

  it('goes from beats to times and back', () => {
    const tempo = fc.double({ min: 20, max: 999, noNaN: true });
    fc.assert(
      fc.property(tempo, tempo, fc.double({ min: -20, max: 20, noNaN: true }), (before, after, beat) => {
        const old: Timeline = { bpm: before, beatOrigin: 0, timeOrigin: 0 };
        const time = new RecentTimeline(old);
        time.follow(withTempo(old, after, 0), 0);
        assert.ok(Math.abs(time.beatAt(time.timeAt(beat)) - beat) < 1e-9);
      }),
    );
  });
});

describe('sending: an output that plays later or is told early, when the tempo changes', () => {
  it('loses nothing of what it has yet to play when the tempo falls', async () => {
    const { sender, output, clock, time } = await stage({ offsetMicros: 90_000 });
    sender.queue(1, [note(1.9, 60, 0.01), note(1.99, 61, 0.01), note(2.1, 62, 0.01)]);
    sender.advanceTo(time(2));
    const slow = withTempo({ bpm: 120, beatOrigin: 0, timeOrigin: time(0) }, 20, clock.now());
    sender.publish(slow);
    sender.advanceTo(time(4));
    const onsets = output.sent.filter(({ kind }) => kind === 'noteOn').map(({ data1, at }) => [data1, Math.round(at - time(0))]);
    assert.deepEqual(onsets, [[60, 1_040_000], [61, 1_085_000], [62, 1_390_000]]);
    assert.equal(sender.counters().droppedLate, 0);
  });

  it('loses nothing of what it has yet to play when the tempo changes twice meanwhile', async () => {
    const { sender, output, clock, time } = await stage({ offsetMicros: 90_000 });
    sender.queue(1, [note(1.9, 60, 0.01), note(1.99, 61, 0.01)]);
    const first: Timeline = { bpm: 120, beatOrigin: 0, timeOrigin: time(0) };
    sender.advanceTo(time(2));
    const second = withTempo(first, 999, clock.now());
    sender.publish(second);
    sender.advanceTo(time(2) + 10_000);
    sender.publish(withTempo(second, 20, clock.now()));
    sender.advanceTo(time(4));
    const onsets = output.sent.filter(({ kind }) => kind === 'noteOn').map(({ data1, at }) => [data1, Math.round(at - time(0))]);
    assert.deepEqual(onsets, [[60, 1_040_000], [61, 1_085_000]]);
  });

  it('plays its downbeat when the tempo falls between a start and the moment at which it comes to it', async () => {
    const { sender, output, clock, time } = await stage({ offsetMicros: 60_000 }, { playing: false });
    sender.queue(1, [note(0, 60, 0.01)]);
    sender.transport({ type: 'start', beat: 0, micros: time(0) });
    sender.advanceTo(time(0) + 30_000);
    sender.publish(withTempo({ bpm: 120, beatOrigin: 0, timeOrigin: time(0) }, 20, clock.now()));
    sender.advanceTo(time(1));
    const [onset] = output.sent.filter(({ kind }) => kind === 'noteOn');
    assert.equal(onset.at, time(0) + 60_000);
    assert.equal(sender.counters().droppedLate, 0);
  });

  it('lets a note sound on that an early output was told of when the tempo falls', async () => {
    const { sender, output, clock, time, playTo } = await stage({ leadMicros: 200_000 });
    sender.queue(1, [note(1, 60, 4)]);
    playTo(2);
    output.sent.length = 0;
    sender.publish(withTempo({ bpm: 120, beatOrigin: 0, timeOrigin: time(0) }, 20, clock.now()));
    playTo(3);
    assert.deepEqual(output.notes(), []);
    assert.equal(sender.counters().sounding, 1);
  });

  it('keeps followers of an early clock running when the tempo falls', async () => {
    const { sender, output, clock, time, playTo } = await stage({ leadMicros: 200_000, sendsClock: true });
    playTo(8);
    output.sent.length = 0;
    sender.publish(withTempo({ bpm: 120, beatOrigin: 0, timeOrigin: time(0) }, 20, clock.now()));
    sender.advanceTo(time(8) + 9_000_000);
    assert.deepEqual([...new Set(output.sent.map(({ kind }) => kind))], ['clock']);
    assert.equal(output.sent.at(-1)?.beat, 11 + 1 / 24);
  });
});
