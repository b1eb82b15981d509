import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Plan } from '../../../src/engine/deck/plan.js';
import type { Note } from '../../../src/engine/music/note.js';
import { scoreOf } from '../../../src/engine/music/score.js';

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

  it('tells its own notes from what was heard, under a premise too, wherever that is moved', () => {
    const heard = { ...note(1.5), pitch: 90 };
    const plan = new Plan((fromBeat, untilBeat) => ({ notes: [heard].filter(({ beat }) => beat >= fromBeat && beat < untilBeat), controls: [] }));
    plan.add({ notes: [note(0), note(1), note(2), note(3)], programs: [], controls: [] });
    assert.deepEqual([beats(plan.history(3).notes), beats(plan.own(3))], [[0, 1, 1.5, 2], [0, 1, 2]]);
    plan.suppose({ score: plan.history(2), own: plan.own(2), untilBeat: 2 });
    plan.shift(8);
    assert.deepEqual([beats(plan.history(12).notes), beats(plan.own(12))], [[8, 9, 9.5, 10, 11], [8, 9, 10, 11]]);
    plan.suppose({ score: scoreOf([note(7), note(10.5)]), untilBeat: 9 });
    assert.deepEqual(beats(plan.own(11)), [7, 9, 10], 'a premise is its own where nothing else is said');
  });

  it('forgets the far past but not which program a channel plays', () => {
    const plan = planOf(note(0), note(600), note(1000));
    plan.forget(1200);
    assert.deepEqual(beats(plan.from(-Infinity).notes), [1000]);
    assert.equal(plan.history(1200).programs.length, 1);
  });
});
