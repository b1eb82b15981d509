import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { detectKey, semitonesToC, transposePitch } from '../../../src/engine/music/key.js';
import { drumChannel, type Note } from '../../../src/engine/music/note.js';

const melodies = {
  major: [0, 2, 4, 0, 4, 5, 7, 7, 9, 7, 5, 4, 0, -5, 0, 4, 7, 5, 2, 0],
  minor: [9, 11, 12, 9, 16, 14, 12, 11, 9, 8, 9, 12, 16, 9, 4, 8, 9, 9],
};

function play(steps: readonly number[], by: number, channel = 0): Note[] {
  return steps.map((step, beat) => ({ beat, duration: 1, channel, pitch: 60 + step + by, velocity: 80 }));
}

describe('detectKey', () => {
  it('hears the twelve major and minor keys, each by its major signature', () => {
    for (const minor of [false, true]) {
      for (let by = 0; by < 12; by += 1) {
        const key = detectKey(play(minor ? melodies.minor : melodies.major, by));
        assert.equal(key?.semitones, by);
        assert.equal(key.minor, minor);
        assert.ok(key.clarity > 2, `${key.clarity}`);
      }
    }
  });

  it('is not sure of a chromatic scale, a single note or two', () => {
    for (const steps of [Array.from({ length: 24 }, (_, index) => index), [0], [0, 6]]) {
      assert.ok((detectKey(play(steps, 3))?.clarity ?? 0) < 2);
    }
  });

  it('does not listen to drums', () => {
    assert.equal(detectKey(play(melodies.major, 0, drumChannel)), undefined);
    assert.equal(detectKey([]), undefined);
    assert.equal(detectKey([...play(melodies.major, 7), ...play([6, 6, 6, 6], 0, drumChannel)])?.semitones, 7);
  });
});

describe('semitonesToC', () => {
  it('goes the shortest way', () => {
    assert.deepEqual(Array.from({ length: 12 }, (_, key) => semitonesToC(key)), [0, -1, -2, -3, -4, -5, -6, 5, 4, 3, 2, 1]);
  });
});

describe('transposePitch', () => {
  it('keeps the pitch class and the range of MIDI', () => {
    fc.assert(
      fc.property(fc.nat(127), fc.integer({ min: -24, max: 24 }), (pitch, by) => {
        const moved = transposePitch(pitch, by);
        assert.ok(moved >= 0 && moved <= 127);
        assert.equal(Math.abs(moved - pitch - by) % 12, 0);
        if (pitch + by >= 0 && pitch + by <= 127) assert.equal(moved, pitch + by);
      }),
    );
  });
});
