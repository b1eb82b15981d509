import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComposedSpan } from '../../../src/engine/contracts/composer.js';
import { joinSpans, spanFrom } from '../../../src/engine/deck/join-spans.js';

function span(fromBeat: number, untilBeat: number): ComposedSpan {
  const notes = Array.from({ length: untilBeat - fromBeat }, (_unused, index) => ({ beat: fromBeat + index, duration: 1, channel: 0, pitch: 60, velocity: 90 }));
  return { fromBeat, untilBeat, notes, programs: [{ beat: fromBeat, channel: 0, program: 4 }], controls: [], tokens: 10, micros: 100 };
}

describe('joinSpans', () => {
  it('is as one span of all', () => {
    const joined = joinSpans(span(4, 6), span(6, 9));
    assert.deepEqual([joined.fromBeat, joined.untilBeat, joined.tokens, joined.micros], [4, 9, 20, 200]);
    assert.deepEqual(joined.notes.map(({ beat }) => beat), [4, 5, 6, 7, 8]);
    assert.deepEqual(joined.programs.map(({ beat }) => beat), [4, 6]);
  });
});

describe('spanFrom', () => {
  it('leaves out the notes of before and keeps the sounds they were played with', () => {
    const part = spanFrom(span(4, 9), 7);
    assert.deepEqual([part.fromBeat, part.untilBeat], [7, 9]);
    assert.deepEqual(part.notes.map(({ beat }) => beat), [7, 8]);
    assert.deepEqual(part.programs, [{ beat: 7, channel: 0, program: 4 }]);
  });

  it('is the whole span where nothing lies before', () => {
    const whole = span(4, 9);
    assert.equal(spanFrom(whole, 4), whole);
  });
});
