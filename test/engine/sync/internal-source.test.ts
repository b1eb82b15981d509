import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TransportChange } from '../../../src/engine/contracts/sync-source.js';
import { InternalSource } from '../../../src/engine/sync/internal-source.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { beatAt, timeAt, type Timeline } from '../../../src/engine/time/timeline.js';

function internal(bpm?: number) {
  const clock = new VirtualClock(10_000_000);
  const source = new InternalSource(clock, bpm);
  const timelines: Timeline[] = [];
  const changes: TransportChange[] = [];
  source.start({ timeline: (timeline) => timelines.push(timeline), transport: (change) => changes.push(change), lost: () => assert.fail() });
  const pass = (micros: number) => clock.advanceTo(clock.now() + micros);
  return { clock, source, timelines, changes, pass, beat: () => beatAt(timelines.at(-1)!, clock.now()) };
}

describe('InternalSource', () => {
  it('tells its tempo at once', () => {
    const { timelines } = internal(99);
    assert.equal(timelines.length, 1);
    assert.equal(timelines[0].bpm, 99);
  });

  it('keeps the position where the tempo changes, and the tempo within its bounds', () => {
    const { source, pass, beat, timelines } = internal();
    pass(1_000_000);
    const before = beat();
    assert.ok(source.proposeTempo(60));
    assert.equal(beat(), before);
    pass(1_000_000);
    assert.equal(beat(), before + 1);
    source.proposeTempo(1);
    assert.equal(timelines.at(-1)?.bpm, 20);
  });

  it('starts with beat 0 a few milliseconds ahead, the timeline told before the transport', () => {
    const { clock, source, changes, timelines } = internal();
    source.startPlaying();
    const [{ type, beat, micros }] = changes;
    assert.deepEqual([type, beat], ['start', 0]);
    assert.ok(micros > clock.now() + 1_000 && micros < clock.now() + 10_000);
    assert.equal(timeAt(timelines.at(-1)!, 0), micros);
    assert.ok(source.playing);
  });

  it('continues where it stopped, and starts from the top', () => {
    const { source, changes, pass, beat } = internal();
    source.startPlaying();
    pass(2_005_000);
    source.stopPlaying();
    assert.deepEqual([changes[1].type, changes[1].beat], ['stop', 4]);
    pass(60_000_000);
    source.continuePlaying();
    assert.deepEqual([changes[2].type, changes[2].beat], ['continue', 4]);
    pass(505_000);
    assert.equal(beat(), 5);
    source.startPlaying();
    assert.equal(changes[3].beat, 0);
  });

  it('does not stop before it started', () => {
    const { source, changes } = internal();
    source.startPlaying();
    source.stopPlaying();
    assert.equal(changes[1].beat, 0);
  });

  it('does nothing when told to continue while playing or stop while stopped', () => {
    const { source, changes } = internal();
    source.stopPlaying();
    source.startPlaying();
    source.continuePlaying();
    assert.equal(changes.length, 1);
  });
});
