import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ComposeControls } from '../../../src/engine/contracts/composer.js';
import { TurnedAgain } from '../../../src/engine/deck/steering/turned-again.js';
import { TakeLog, type Knobs } from '../../../src/engine/deck/take-log.js';
import { emptyScore } from '../../../src/engine/music/score.js';

const beats = 24;
const knobs = fc.record({ density: fc.integer({ min: 0, max: 3 }), seed: fc.integer({ min: 0, max: 2 }) });
/** Composed on from a beat, which may be one that was composed before. */
const turns = fc.array(fc.record({ beat: fc.integer({ min: 0, max: beats - 1 }), knobs }), { maxLength: 60 });
const anything: Knobs = new Map([['density', -1], ['seed', -1]]);

const controls: ComposeControls = {
  sampling: { temperature: 1, topP: 1, topK: 0, minP: 0, attributeTemperature: {}, seed: 1 }, constraint: {}, keySemitones: 0, density: 0.5, mode: 'any', style: '',
};

const replay = (log: TakeLog): TurnedAgain => new TurnedAgain({ history: emptyScore, atBeat: 0 }, log, anything);

/** The log of a take, and where its knobs stood at every beat. */
function takeOf(asked: readonly { readonly beat: number; readonly knobs: Readonly<Record<string, number>> }[]): { readonly log: TakeLog; readonly stood: readonly Knobs[] } {
  const log = new TakeLog();
  log.primed({ history: emptyScore, atBeat: 0 });
  const stood: Knobs[] = [];
  for (const { beat, knobs: wanted } of [{ beat: 0, knobs: { density: 0, seed: 0 } }, ...asked]) {
    const all = new Map(Object.entries(wanted));
    log.under({ knobs: all });
    log.composed(beat, controls, false);
    for (let at = beat; at < beats; at += 1) stood[at] = all;
  }
  return { log, stood };
}

describe('the knobs of a take', () => {
  it('stand at every beat as they stood when it was composed last, however often it was taken back, wherever they are looked up', () => {
    fc.assert(
      fc.property(turns, fc.array(fc.integer({ min: 0, max: beats - 1 }), { maxLength: 40 }), (asked, looks) => {
        const { log, stood } = takeOf(asked);
        const replayed = replay(log);
        for (const beat of looks) assert.deepEqual(Object.fromEntries(replayed.at(beat)), Object.fromEntries(stood[beat]), `at beat ${beat}`);
      }),
    );
  });

  it('are the same object while nothing is turned, and no more the take’s once a performer has one in hand', () => {
    const { log } = takeOf([{ beat: 4, knobs: { density: 2, seed: 1 } }]);
    const replayed = replay(log);
    assert.equal(replayed.at(5), replayed.at(6));
    replayed.take('seed');
    assert.deepEqual([...replayed.at(6)], [['density', 2]]);
    assert.equal(replayed.nextAfter(1), 4);
    assert.equal(replayed.nextAfter(4), Infinity);
  });
});
