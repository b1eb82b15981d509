import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EventMarks, type EventMark } from '../../../src/engine/generation/event-marks.js';

const nothing: EventMark = {
  segment: { prompt: [], originBeat: 0, ids: [] }, length: 0, stream: undefined, opening: 1, turn: {} as EventMark['turn'], rules: undefined, counter: 0,
  lastBeat: -Infinity, frontierBeat: 0, toldUntilBeat: 0, wholeFromBeat: -Infinity, floor: 0, eventsHere: 0,
};

function marksOf(...marks: readonly Partial<EventMark>[]): EventMarks {
  const all = new EventMarks(16, 16);
  for (const mark of marks) all.add({ ...nothing, ...mark });
  return all;
}

describe('a take that goes back', () => {
  it('goes to the latest place that has nothing from there on, certain or told', () => {
    const marks = marksOf({ length: 1, frontierBeat: 4 }, { length: 2, frontierBeat: 4, toldUntilBeat: 5.1 }, { length: 3, lastBeat: 5, frontierBeat: 5 });
    assert.equal(marks.backTo(5)?.length, 1);
  });

  it('writes a beat without an onset anew, where that was told whole', () => {
    const held = { frontierBeat: 4, toldUntilBeat: 7.02 };
    const marks = (): EventMarks => marksOf({ length: 1, ...held, wholeFromBeat: 7 }, { length: 2, ...held, wholeFromBeat: 8 }, { length: 3, ...held, wholeFromBeat: 9 });
    assert.deepEqual([7.5, 8, 8.25, 9, 9.25].map((beat) => marks().backTo(beat)?.length), [1, 1, 2, 2, 3]);
  });
});
