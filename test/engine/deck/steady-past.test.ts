import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { steadyBeginning } from '../../../src/engine/deck/steady-past.js';
import type { Note } from '../../../src/engine/music/note.js';

const most = 40;
const longest = 128;
const barBeats = 4;
/** A note every so many beats, one after the other. */
const gaps = fc.array(fc.constantFrom(0, 0.25, 0.5, 1, 1, 2), { minLength: 1, maxLength: 300 });

function melody(steps: readonly number[]): Note[] {
  let beat = 0;
  return steps.map((step) => ({ beat: (beat += step), duration: 0.5, channel: 0, pitch: 60, velocity: 90 }));
}

describe('the beginning of a past that is told while it grows', () => {
  it('leaves no more notes and beats than are to be told', () => {
    fc.assert(fc.property(gaps, (steps) => {
      const notes = melody(steps);
      const until = (notes.at(-1)?.beat ?? 0) + 0.1;
      const from = steadyBeginning(notes, until, most, longest, barBeats);
      assert.ok(notes.filter(({ beat }) => beat >= from).length <= most);
      assert.ok(until - from <= longest);
    }));
  });

  it('leaves at least half of that, where bars are not too full', () => {
    fc.assert(fc.property(gaps, (steps) => {
      const notes = melody(steps.map((step) => Math.max(step, 0.25)));
      const until = (notes.at(-1)?.beat ?? 0) + 0.1;
      const from = steadyBeginning(notes, until, most, longest, barBeats);
      const left = notes.filter(({ beat }) => beat >= from).length;
      assert.ok(left >= Math.min(notes.length, most / 2) || until - from >= longest / 2, `${left} of ${notes.length}`);
    }));
  });

  it('is a bar line that stays the same for bars', () => {
    const notes = melody(Array.from({ length: 400 }, () => 0.5));
    const beginnings = notes.map(({ beat }, index) => steadyBeginning(notes.slice(0, index + 1), beat + 0.1, most, longest, barBeats));
    assert.ok(beginnings.every((beat) => beat % barBeats === 0));
    const changes = beginnings.filter((beat, index) => index > 0 && beat !== beginnings[index - 1]).length;
    assert.ok(changes <= 400 / (most / 4), `${changes} changes in 400 notes`);
  });
});
