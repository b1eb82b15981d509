import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { channelOf, keyOf, pitchOf, SoundingNotes } from '../../../src/engine/scheduling/sounding-notes.js';

describe('keys', () => {
  it('are channel and pitch in one number', () => {
    for (const [channel, pitch] of [[0, 0], [15, 127], [9, 36]]) {
      const key = keyOf(channel, pitch);
      assert.equal(channelOf(key), channel);
      assert.equal(pitchOf(key), pitch);
    }
  });
});

describe('SoundingNotes', () => {
  const middleC = keyOf(0, 60);

  it('knows who sounds on a key, and since when it is heard', () => {
    const notes = new SoundingNotes();
    assert.equal(notes.noteOn(middleC), 0);
    notes.begin(middleC, 3, 77, 1234.5);
    assert.deepEqual([notes.noteOn(middleC), notes.ownerOf(middleC), notes.heardFrom(middleC), notes.count], [77, 3, 1234.5, 1]);
    notes.end(middleC);
    notes.end(middleC);
    assert.deepEqual([notes.noteOn(middleC), notes.count], [0, 0]);
  });

  it('holds one note on a key', () => {
    const notes = new SoundingNotes();
    notes.begin(middleC, 1, 1, 0);
    notes.begin(middleC, 2, 2, 0);
    assert.deepEqual([notes.noteOn(middleC), notes.ownerOf(middleC), notes.count], [2, 2, 1]);
  });

  it('finds every sounding key, or those of one owner, in order', () => {
    const notes = new SoundingNotes();
    const keys = [keyOf(0, 0), keyOf(0, 127), keyOf(5, 1), keyOf(15, 127)];
    keys.forEach((key, at) => notes.begin(key, at % 2, at + 1, 0));
    const walk = (owner?: number): number[] => {
      const found: number[] = [];
      for (let key = notes.next(0, owner); key >= 0; key = notes.next(key + 1, owner)) found.push(key);
      return found;
    };
    assert.deepEqual(walk(), keys);
    assert.deepEqual(walk(0), [keys[0], keys[2]]);
    assert.deepEqual(walk(7), []);
  });

  it('hands its notes to whoever takes over the memory', () => {
    const notes = new SoundingNotes();
    notes.begin(middleC, 1, 5, 10);
    notes.begin(keyOf(3, 3), 2, 6, 20);
    const heir = new SoundingNotes(notes.buffer);
    assert.equal(heir.count, 2);
    assert.equal(heir.noteOn(keyOf(3, 3)), 6);
  });
});
