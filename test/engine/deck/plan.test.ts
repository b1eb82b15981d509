import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Plan } from '../../../src/engine/deck/plan.js';
import type { Note } from '../../../src/engine/music/note.js';

const note = (beat: number, duration = 1): Note => ({ beat, duration, channel: 0, pitch: 60, velocity: 90 });
const beats = (notes: readonly Note[]): number[] => notes.map(({ beat }) => beat);

function planOf(...notes: Note[]): Plan {
  const plan = new Plan();
  plan.add({ notes, programs: [{ beat: 0, channel: 0, program: 5 }], controls: [] });
  return plan;
}

describe('Plan', () => {
  it('gives the history before a beat and shortens what reaches over it', () => {
    const history = planOf(note(0), note(3.5), note(4)).history(4);
    assert.deepEqual(history.notes, [note(0), note(3.5, 0.5)]);
    assert.deepEqual(history.programs, [{ beat: 0, channel: 0, program: 5 }]);
  });

  it('keeps what lies before a discard and nothing after it', () => {
    const plan = planOf(note(0), note(1), note(2));
    plan.discard(1);
    assert.deepEqual(beats(plan.from(-Infinity).notes), [0]);
  });

  it('closes up around a cut when it is shifted', () => {
    const plan = planOf(note(0), note(1), note(2), note(3));
    plan.cut(1, 3);
    plan.shift(10);
    assert.deepEqual(beats(plan.from(-Infinity).notes), [10, 13]);
  });

  it('forgets the far past but not which program a channel plays', () => {
    const plan = planOf(note(0), note(600), note(1000));
    plan.forget(1200);
    assert.deepEqual(beats(plan.from(-Infinity).notes), [1000]);
    assert.equal(plan.history(1200).programs.length, 1);
  });
});
