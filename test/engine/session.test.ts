import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Session } from '../../src/engine/session.js';
import { VirtualClock } from '../../src/engine/time/clock.js';
import { withTempo } from '../../src/engine/time/timeline.js';

function session() {
  const clock = new VirtualClock();
  const jumps: [number, number][] = [];
  const resumes: number[] = [];
  const made = new Session(clock, { bpm: 120, beatOrigin: 0, timeOrigin: 0 }, {
    relocated: (from, to) => void jumps.push([from, to]),
    resumed: (beat) => void resumes.push(beat),
  });
  return { clock, jumps, resumes, session: made };
}

describe('Session', () => {
  it('stands still until the host starts', () => {
    const { clock, session: it } = session();
    clock.advanceTo(5e6);
    assert.equal(it.beat(), 0);
  });

  it('follows the timeline while it plays and rests where it stopped', () => {
    const { clock, jumps, session: it } = session();
    it.change({ type: 'start', beat: 0, micros: 0 });
    clock.advanceTo(1e6);
    assert.equal(it.beat(), 2);
    it.change({ type: 'stop', beat: 2, micros: 1e6 });
    clock.advanceTo(9e6);
    assert.equal(it.beat(), 2);
    assert.deepEqual(jumps, []);
  });

  it('does not move the music for a change of tempo or a settling clock', () => {
    const { clock, jumps, session: it } = session();
    it.change({ type: 'start', beat: 0, micros: 0 });
    clock.advanceTo(1e6);
    it.follow(withTempo(it.timeline, 90, 1e6));
    it.follow({ bpm: 90, beatOrigin: 2.3, timeOrigin: 1e6 });
    assert.deepEqual(jumps, []);
  });

  it('moves the music when the host jumps, starts again or is located elsewhere', () => {
    const { clock, jumps, session: it } = session();
    it.change({ type: 'start', beat: 0, micros: 0 });
    clock.advanceTo(1e6);
    it.follow({ bpm: 120, beatOrigin: 32, timeOrigin: 1e6 });
    it.follow({ bpm: 120, beatOrigin: 0, timeOrigin: 1e6 });
    it.change({ type: 'stop', beat: 0, micros: 1e6 });
    it.change({ type: 'locate', beat: 64, micros: 1e6 });
    assert.deepEqual(jumps, [[2, 32], [32, 0], [0, 64]]);
    assert.equal(it.beat(), 64);
  });

  it('does not move the music when the host goes on where it stopped, but has it queued anew, once', () => {
    const { clock, jumps, resumes, session: it } = session();
    it.change({ type: 'start', beat: 0, micros: 0 });
    clock.advanceTo(1_180_000);
    it.change({ type: 'stop', beat: 2.36, micros: 1_180_000 });
    it.follow({ bpm: 120, beatOrigin: 2.25, timeOrigin: 3e6 });
    it.change({ type: 'continue', beat: 2.25, micros: 3e6 });
    it.change({ type: 'continue', beat: 2.25, micros: 3e6 });
    assert.deepEqual([jumps, resumes], [[], [0, 2.25]]);
  });
});
