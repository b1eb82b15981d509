import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { closestPhaseMatch, nextPhaseMatch, phase } from '../../../src/engine/time/phase.js';

const beat = fc.double({ min: -10_000, max: 10_000, noNaN: true });
const quantum = fc.double({ min: 0.25, max: 64, noNaN: true });

/** Distance of two phases around the circle of the quantum. */
function apart(a: number, b: number, around: number): number {
  const distance = Math.abs(phase(a, around) - phase(b, around));
  return Math.min(distance, around - distance);
}

describe('phase', () => {
  it('is where a beat stands in its span', () => {
    const table: [number, number, number][] = [
      [0, 4, 0], [1, 4, 1], [4, 4, 0], [9.5, 4, 1.5], [2.5, 1, 0.5], [7, 3, 1], [0.25, 0.25, 0],
    ];
    for (const [at, span, expected] of table) assert.equal(phase(at, span), expected, `phase(${at}, ${span})`);
  });

  it('of beats before the origin is not mirrored around zero', () => {
    assert.equal(phase(-1, 4), 3);
    assert.equal(phase(-4, 4), 0);
    assert.equal(phase(-0.5, 1), 0.5);
  });

  it('is zero where there is no quantum', () => {
    assert.equal(phase(3.7, 0), 0);
    assert.equal(phase(-3.7, 0), 0);
  });

  it('lies within the quantum, however beats round', () => {
    fc.assert(
      fc.property(beat, quantum, (at, span) => {
        const where = phase(at, span);
        assert.ok(where >= 0 && where < span, `${where} of ${span}`);
      }),
    );
    assert.equal(phase(-1e-17, 4), 0);
  });

  it('comes back after every whole span', () => {
    fc.assert(
      fc.property(beat, quantum, fc.integer({ min: -50, max: 50 }), (at, span, spans) => {
        assert.ok(apart(at + spans * span, at, span) < 1e-6);
      }),
    );
  });
});

describe('nextPhaseMatch', () => {
  it('is the first beat from here with the phase of the target', () => {
    assert.equal(nextPhaseMatch(9.5, 4, 4), 12);
    assert.equal(nextPhaseMatch(8, 4, 4), 8);
    assert.equal(nextPhaseMatch(0, -1, 4), 3);
    assert.equal(nextPhaseMatch(-0.5, 0, 1), 0);
    assert.equal(nextPhaseMatch(5, 2, 0), 5);
  });

  it('has the phase of the target and is less than a span ahead', () => {
    fc.assert(
      fc.property(beat, beat, quantum, (at, target, span) => {
        const match = nextPhaseMatch(at, target, span);
        assert.ok(match >= at && match <= at + span + 1e-9);
        assert.ok(apart(match, target, span) < 1e-6);
      }),
    );
  });
});

describe('closestPhaseMatch', () => {
  it('is at most half a span away', () => {
    assert.equal(closestPhaseMatch(9.5, 0, 4), 8);
    assert.equal(closestPhaseMatch(10.5, 0, 4), 12);
    fc.assert(
      fc.property(beat, beat, quantum, (at, target, span) => {
        const match = closestPhaseMatch(at, target, span);
        assert.ok(Math.abs(match - at) <= span / 2 + 1e-6);
        assert.ok(apart(match, target, span) < 1e-6);
      }),
    );
  });

  it('is the beat itself where there is no quantum', () => {
    assert.equal(closestPhaseMatch(1.25, 9, 0), 1.25);
  });
});
