import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { movedByBars, nextBoundary, samePlaceInBar } from '../../../src/engine/deck/boundary.js';
import { boundaries } from '../../../src/engine/parameters/boundaries.js';

describe('nextBoundary', () => {
  it('is the first line of the grid at or after the beat', () => {
    const table: [number, (typeof boundaries)[number], number, number][] = [
      [5.2, 'now', 4, 5.2],
      [5.2, 'beat', 4, 6],
      [5.2, 'bar', 4, 8],
      [5.2, 'bar', 3, 6],
      [8, 'bar', 4, 8],
      [8.0000001, 'bar', 4, 8],
      [8.1, '2-bars', 4, 16],
      [17, '4-bars', 4, 32],
      [-3.5, 'bar', 4, 0],
      [-0.5, 'beat', 4, 0],
    ];
    for (const [beat, boundary, beatsPerBar, expected] of table) {
      assert.equal(nextBoundary(beat, boundary, beatsPerBar) + 0, expected, `${beat} ${boundary}`);
    }
  });

  it('never lies more than a hair before the beat, nor a whole grid after it', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e5, max: 1e5, noNaN: true }),
        fc.constantFrom(...boundaries),
        fc.integer({ min: 1, max: 16 }),
        (beat, boundary, beatsPerBar) => {
          const line = nextBoundary(beat, boundary, beatsPerBar);
          assert.ok(line >= beat - 1e-3);
          assert.ok(line - beat <= 8 * beatsPerBar);
        },
      ),
    );
  });
});

describe('samePlaceInBar', () => {
  it('keeps the place in the bar', () => {
    assert.equal(samePlaceInBar(5, 0, 4), 8);
    assert.equal(samePlaceInBar(5, 1, 4), 5);
    assert.equal(samePlaceInBar(5, 33.5, 4), 5.5);
    assert.equal(samePlaceInBar(0, -2, 4), 2);
  });
});

it('movedByBars brings music by whole bars to the first place that stands so in its bar', () => {
  assert.deepEqual([movedByBars(5, 0, 4), movedByBars(5, 1, 4), movedByBars(16.6, 0, 4), movedByBars(4, 100, 4), movedByBars(5, 5.5, 4)], [-8, -4, -20, 96, 0]);
  fc.assert(
    fc.property(fc.double({ min: -500, max: 500, noNaN: true }), fc.double({ min: -500, max: 500, noNaN: true }), fc.integer({ min: 1, max: 16 }), (fromBeat, toBeat, beatsPerBar) => {
      assert.ok(Math.abs(toBeat - movedByBars(fromBeat, toBeat, beatsPerBar) - samePlaceInBar(fromBeat, toBeat, beatsPerBar)) < 1e-9);
    }),
  );
});
