import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TapTempo } from '../../../src/engine/sync/tap-tempo.js';

function tempos(...taps: number[]): (number | undefined)[] {
  const tempo = new TapTempo();
  return taps.map((seconds) => tempo.tap(seconds * 1e6));
}

describe('TapTempo', () => {
  it('says nothing of one tap, and the tempo of two', () => {
    assert.deepEqual(tempos(10, 10.5), [undefined, 120]);
  });

  it('takes the median of the last five intervals: one bad tap moves nothing', () => {
    assert.equal(tempos(0, 0.5, 1, 1.5, 2.2, 2.5, 3).at(-1), 120);
  });

  it('follows another tempo after three taps of it', () => {
    assert.equal(tempos(0, 0.5, 1, 1.5, 2, 2.5, 3.25, 4, 4.75).at(-1), 80);
  });

  it('begins a new count after two seconds, and not before', () => {
    assert.deepEqual(tempos(0, 0.5, 2.51, 3.51), [undefined, 120, undefined, 60]);
    assert.deepEqual(tempos(0, 2), [undefined, 30]);
  });

  it('takes a key that bounces for one tap', () => {
    assert.deepEqual(tempos(0, 0.03, 0.5, 0.51, 1), [undefined, undefined, 120, undefined, 120]);
  });

  it('is never further off than the worst of its intervals', () => {
    const hand = fc.array(fc.double({ min: -0.02, max: 0.02, noNaN: true }), { minLength: 6, maxLength: 12 });
    fc.assert(
      fc.property(fc.double({ min: 60, max: 90, noNaN: true }), hand, (bpm, jitter) => {
        const heard = tempos(...jitter.map((off, index) => (index * 60) / bpm + off)).at(-1) ?? 0;
        assert.ok(Math.abs(heard / bpm - 1) < 0.04 * (bpm / 60) * 1.1, `${heard} for ${bpm}`);
      }),
    );
  });
});
