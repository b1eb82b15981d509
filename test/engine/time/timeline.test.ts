import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { beatAt, microsPerBeat, timeAt, withBeatAt, withTempo, type Timeline } from '../../../src/engine/time/timeline.js';

const bpm = fc.double({ min: 20, max: 999, noNaN: true });
const beat = fc.double({ min: -100_000, max: 100_000, noNaN: true });
const micros = fc.double({ min: -1e10, max: 1e13, noNaN: true });
const timelines = fc.record({ bpm, beatOrigin: beat, timeOrigin: micros });

/** Doubles hold times of months to about a hundredth of a microsecond. */
const microsTolerance = 0.02;

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);
}

describe('Timeline', () => {
  const at120: Timeline = { bpm: 120, beatOrigin: 0, timeOrigin: 0 };

  it('counts 500 000 microseconds a beat at 120 BPM', () => {
    assert.equal(microsPerBeat(at120), 500_000);
    assert.equal(beatAt(at120, 1_250_000), 2.5);
    assert.equal(timeAt(at120, 2.5), 1_250_000);
  });

  it('has beats before its origin', () => {
    assert.equal(beatAt(at120, -500_000), -1);
    assert.equal(timeAt(at120, -4), -2_000_000);
  });

  it('gives back the beat that a time was made of', () => {
    fc.assert(fc.property(timelines, beat, (timeline, at) => near(beatAt(timeline, timeAt(timeline, at)), at, 1e-6)));
  });

  it('gives back the time that a beat was made of', () => {
    fc.assert(
      fc.property(timelines, fc.double({ min: -1e10, max: 1e10, noNaN: true }), (timeline, after) => {
        const time = timeline.timeOrigin + after;
        near(timeAt(timeline, beatAt(timeline, time)), time, 1);
      }),
    );
  });

  it('never runs backwards', () => {
    fc.assert(
      fc.property(timelines, beat, fc.double({ min: 0, max: 1000, noNaN: true }), (timeline, at, further) => {
        assert.ok(timeAt(timeline, at + further) >= timeAt(timeline, at));
      }),
    );
  });

  it('keeps the beat where the tempo changes', () => {
    fc.assert(
      fc.property(timelines, bpm, beat, (timeline, other, at) => {
        const time = timeAt(timeline, at);
        const changed = withTempo(timeline, other, time);
        near(beatAt(changed, time), at, 1e-6);
        near(timeAt(changed, beatAt(timeline, time)), time, microsTolerance);
      }),
    );
  });

  it('keeps the tempo within 20 and 999', () => {
    assert.equal(withTempo(at120, 5, 0).bpm, 20);
    assert.equal(withTempo(at120, 5000, 0).bpm, 999);
  });

  it('moves a beat to a time without touching the tempo', () => {
    fc.assert(
      fc.property(timelines, beat, micros, (timeline, at, time) => {
        const moved = withBeatAt(timeline, at, time);
        assert.equal(moved.bpm, timeline.bpm);
        near(beatAt(moved, time), at, 0);
      }),
    );
  });
});
