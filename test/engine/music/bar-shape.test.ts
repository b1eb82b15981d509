import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { barShapes, likeness } from '../../../src/engine/music/bar-shape.js';
import { drumChannel, type Note } from '../../../src/engine/music/note.js';

const note = (beat: number, pitch: number, duration = 1, channel = 0): Note => ({ beat, pitch, duration, channel, velocity: 80 });

const someNotes = fc.array(
  fc.record({ beat: fc.integer({ min: 0, max: 31 }).map((eighths) => eighths / 2), pitch: fc.integer({ min: 40, max: 80 }), duration: fc.integer({ min: 1, max: 8 }).map((eighths) => eighths / 2) }),
  { minLength: 1, maxLength: 30 },
).map((list) => list.map(({ beat, pitch, duration }) => note(beat, pitch, duration)));

describe('the shapes of bars', () => {
  it('are wholly alike where the notes are, wherever they lie and however high their octaves', () => {
    fc.assert(
      fc.property(someNotes, fc.integer({ min: -8, max: 8 }), (notes, bars) => {
        const moved = notes.map((each) => ({ ...each, beat: each.beat + bars * 4, pitch: each.pitch + 12 }));
        const ones = barShapes(notes, 0, 4, 4);
        for (const [index, { pitches, onsets }] of barShapes(moved, bars * 4, 4, 4).entries()) {
          assert.ok(pitches.every((beats, at) => Math.abs(beats - ones[index].pitches[at]) < 1e-9));
          assert.deepEqual(onsets, ones[index].onsets);
        }
      }),
    );
  });

  it('count pitches for as long as they sound, in each half bar, and drums not at all', () => {
    const [first, second] = barShapes([note(1, 60, 4), note(0, 36, 1, drumChannel)], 0, 4, 2);
    assert.deepEqual([first.pitches[0], first.pitches[12], second.pitches[0], second.pitches[12]], [1, 2, 1, 0]);
    assert.equal(first.pitches.reduce((sum, beats) => sum + beats), 3);
    assert.deepEqual([first.onsets[0], first.onsets[4], second.onsets[0]], [1, 1, 0]);
  });

  it('say how much bars have in common: all of it 1, nothing 0', () => {
    const shapes = barShapes([note(0, 60), note(4, 60), note(8.5, 61)], 0, 4, 3);
    assert.deepEqual(likeness([shapes[0]], [shapes[1]]), { pitches: 0.5, onsets: 1 });
    assert.deepEqual(likeness([shapes[0]], [shapes[2]]), { pitches: 0, onsets: 0 });
  });
});
