import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SoundingNotes } from '../../../src/engine/midi-file/sounding-notes.js';

describe('notes that wait for their end', () => {
  it('end first in, first out, by channel and pitch', () => {
    const sounding = new SoundingNotes();
    sounding.start(0, 60, 10, 0);
    sounding.start(1, 60, 20, 1);
    sounding.start(0, 60, 30, 2);
    assert.deepEqual(sounding.end(0, 60, 5), { tick: 0, duration: 5, channel: 0, pitch: 60, velocity: 10, order: 0 });
    assert.deepEqual(sounding.end(0, 60, 6), { tick: 2, duration: 4, channel: 0, pitch: 60, velocity: 30, order: 2 });
    assert.equal(sounding.end(0, 60, 7), undefined);
    assert.deepEqual(sounding.end(1, 60, 7), { tick: 1, duration: 6, channel: 1, pitch: 60, velocity: 20, order: 1 });
  });

  it('end together, those of the pitch that was struck first before the others', () => {
    const sounding = new SoundingNotes();
    for (const pitch of [64, 60, 64]) sounding.start(2, pitch, 1, 0);
    assert.deepEqual([...sounding.endAll(9)].map(({ pitch, order }) => [pitch, order]), [[64, 0], [64, 2], [60, 1]]);
    assert.deepEqual([...sounding.endAll(9)], []);
  });

  it('are in order until one ends before another that it began together with', () => {
    const sounding = new SoundingNotes();
    sounding.start(0, 60, 1, 0);
    sounding.start(0, 62, 1, 1);
    sounding.end(0, 62, 2);
    sounding.start(0, 64, 1, 3);
    sounding.start(0, 65, 1, 3);
    sounding.end(0, 64, 4);
    assert.equal(sounding.isInOrder, true);
    sounding.start(0, 66, 1, 5);
    sounding.start(0, 67, 1, 5);
    sounding.end(0, 67, 6);
    assert.equal(sounding.isInOrder, false);
    sounding.clear();
    assert.equal(sounding.isInOrder, true);
  });

  it('keep as much room as sounds at once, whatever has been', () => {
    const sounding = new SoundingNotes();
    for (let round = 0; round < 1000; round += 1) {
      for (let pitch = 0; pitch < 128; pitch += 1) sounding.start(round % 16, pitch, 64, round);
      for (let pitch = 0; pitch < 128; pitch += 1) assert.equal(sounding.end(round % 16, pitch, round + 1)?.order, round * 128 + pitch);
    }
  });
});
