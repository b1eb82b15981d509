import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { earlierWay } from '../../../../src/engine/deck/steering/earlier-way.js';
import { endBeat, type Note } from '../../../../src/engine/music/note.js';

/** Bars of four notes each, by a letter: its own chord, on its own eighths. */
function bars(letters: string, fromBar = 0): readonly Note[] {
  return [...letters].flatMap((letter, bar) => {
    const number = letter.charCodeAt(0) - 65;
    return [0, 1, 2, 3].map((index) => ({ beat: (fromBar + bar) * 4 + index + ((number >> index) & 1) / 2, pitch: 48 + number + index * (3 + (number % 3)), duration: 0.5, channel: 0, velocity: 80 }));
  });
}

function wayTo(past: string, between: number, after: string, length = after.length): readonly Note[] | undefined {
  const goalBar = past.length + between;
  const goal = { notes: bars(after, goalBar), fromBeat: goalBar * 4, untilBeat: (goalBar + length) * 4 };
  return earlierWay(bars(past), { fromBeat: past.length * 4, goal }, 4);
}

describe('the way that music went before', () => {
  it('is what lay between what was like what lies before, and what was like the goal', () => {
    assert.deepEqual(wayTo('ABCDEFGHIJAB', 2, 'EF'), bars('CD', 12));
    assert.deepEqual(wayTo('ABCDEFGHIJAB', 1, 'D'), bars('C', 12));
    assert.deepEqual(wayTo('ABCDEFGHIJABKLEFMNAB', 2, 'EF'), bars('KL', 20), 'the last of two');
  });

  it('is none where the music never was there, and where there is no music yet', () => {
    assert.equal(wayTo('ABCDEFGHIJ', 2, 'MN'), undefined);
    assert.equal(wayTo('ABCDEFGHIJ', 2, 'EF'), undefined, 'it came there from elsewhere');
    for (const past of ['', 'A', 'AB', 'ABC']) assert.equal(wayTo(past, 2, 'EF'), undefined);
  });

  it('is of those notes only that may come again, and none where that leaves nothing of it', () => {
    const past = bars('ABCDEFGHIJAB');
    const wayOf = (isOwn: (note: Note) => boolean): readonly Note[] | undefined =>
      earlierWay(past, { fromBeat: 48, goal: { notes: bars('EF', 14), fromBeat: 56, untilBeat: 64 } }, 4, past.filter(isOwn));
    assert.deepEqual(wayOf(({ beat }) => beat >= 12), bars('D', 13));
    assert.equal(wayOf(({ beat }) => beat < 8 || beat >= 16), undefined);
  });

  it('ends with the goal, whatever was held there', () => {
    const past = [...bars('ABCDEFGHIJAB'), { beat: 15, pitch: 90, duration: 9, channel: 0, velocity: 80 }];
    const way = earlierWay(past, { fromBeat: 48, goal: { notes: bars('EF', 14), fromBeat: 56, untilBeat: 64 } }, 4);
    assert.deepEqual(way?.filter(({ pitch }) => pitch === 90).map((note) => [note.beat, endBeat(note)]), [[55, 56]]);
  });

  it('lies in the bars between, wherever it is found', () => {
    const letters = fc.array(fc.constantFrom(...'ABCD'), { minLength: 0, maxLength: 40 }).map((list) => list.join(''));
    fc.assert(
      fc.property(letters, fc.integer({ min: 1, max: 5 }), letters.filter((text) => text.length > 0), (past, between, after) => {
        const way = wayTo(past, between, after);
        assert.ok(way === undefined || way.every((note) => note.beat >= past.length * 4 && endBeat(note) <= (past.length + between) * 4));
      }),
    );
  });
});
