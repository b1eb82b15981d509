import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { heardChord } from '../../../src/engine/music/heard-chord.js';
import type { Note } from '../../../src/engine/music/note.js';

function note(pitch: number, beat = 0, duration = 1, channel = 0): Note {
  return { beat, duration, channel, pitch, velocity: 80 };
}

function named(...pitches: readonly number[]): string | undefined {
  return heardChord(pitches.map((pitch) => note(pitch)), 1, 2)?.name;
}

describe('the chord of the moment', () => {
  it('is told by its tones, wherever they lie', () => {
    assert.equal(named(60, 64, 67), 'C');
    assert.equal(named(64, 67, 72), 'C');
    assert.equal(named(57, 60, 64), 'Am');
    assert.equal(named(55, 59, 62, 65), 'G7');
    assert.equal(named(62, 65, 69, 72), 'Dm7');
    assert.equal(named(60, 64, 67, 71), 'Cmaj7');
    assert.equal(named(59, 62, 65), 'Bdim');
    assert.equal(named(60, 65, 67), 'Csus4');
  });

  it('moves with the transposition', () => {
    const shapes = [[0, 4, 7], [0, 3, 7], [0, 4, 7, 10], [0, 3, 7, 10]];
    fc.assert(fc.property(fc.constantFrom(...shapes), fc.integer({ min: 36, max: 72 }), (shape, root) => {
      const found = heardChord(shape.map((step) => note(root + step)), 1, 2);
      assert.equal(found?.root, root % 12);
      assert.deepEqual(found?.pitchClasses, shape.map((step) => (root + step) % 12).sort((a, b) => a - b));
    }));
  });

  it('is the newer one where the chords change', () => {
    const changing = [...[60, 64, 67].map((pitch) => note(pitch, 0, 1)), ...[57, 62, 65].map((pitch) => note(pitch, 1, 1))];
    assert.equal(heardChord(changing, 2, 1)?.name, 'Dm');
  });

  it('is not heard in a single tone, in drums, or in silence', () => {
    assert.equal(named(60), undefined);
    assert.equal(named(), undefined);
    assert.equal(heardChord([36, 38, 42].map((pitch) => note(pitch, 0, 1, 9)), 1, 2), undefined);
    assert.equal(heardChord([60, 64, 67].map((pitch) => note(pitch)), 9, 2), undefined);
  });
});
