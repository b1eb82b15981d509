import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TurnedAgain } from '../../../src/engine/deck/steering/turned-again.js';
import { TakeLog, type Knobs } from '../../../src/engine/deck/take-log.js';
import { emptyScore } from '../../../src/engine/music/score.js';

const beats = 24;
const knobs = fc.record({ density: fc.integer({ min: 0, max: 3 }), seed: fc.integer({ min: 0, max: 2 }) });
/** Composed on from a beat, which may be one that was composed before. */
const turns = fc.array(fc.record({ beat: fc.integer({ min: 0, max: beats - 1 }), knobs }), { maxLength: 60 });
const anything: Knobs = new Map([['density', -1], ['seed', -1]]);

/** The log of a take, and where its knobs stood at every beat. */
function takeOf(asked: readonly { readonly beat: number; readonly knobs: Readonly<Record<string, number>> }[]): { readonly log: TakeLog; readonly stood: readonly Knobs[] } {
  const log = new TakeLog();
  log.begin({ history: emptyScore, atBeat: 0 });
  const stood: Knobs[] = [];
  for (const { beat, knobs: wanted } of [{ beat: 0, knobs: { density: 0, seed: 0 } }, ...asked]) {
    const all = new Map(Object.entries(wanted));
    log.composed(beat, all, false);
    for (let at = beat; at < beats; at += 1) stood[at] = all;
  }
  return { log, stood };
}

describe('the knobs of a take', () => {
  it('stand at every beat as they stood when it was composed last, however often it was taken back, wherever they are looked up', () => {
    fc.assert(
      fc.property(turns, fc.array(fc.integer({ min: 0, max: beats - 1 }), { maxLength: 40 }), (asked, looks) => {
        const { log, stood } = takeOf(asked);
        const again = new TurnedAgain(log, anything);
        for (const beat of looks) assert.deepEqual(Object.fromEntries(again.at(beat)), Object.fromEntries(stood[beat]), `at beat ${beat}`);
      }),
    );
  });

  it('are the same object while nothing is turned, and no more the take’s once a performer has one in hand', () => {
    const { log } = takeOf([{ beat: 4, knobs: { density: 2, seed: 1 } }]);
    const again = new TurnedAgain(log, anything);
    assert.equal(again.at(5), again.at(6));
    again.take('seed');
    assert.deepEqual([...again.at(6)], [['density', 2]]);
    assert.equal(again.nextAfter(1), 4);
    assert.equal(again.nextAfter(4), Infinity);
  });
});
