import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MachineShare, type Claim } from '../../../src/engine/capacity/machine-share.js';
import { placesFor } from '../../../src/engine/capacity/machine.js';

const claim = (deck: number, load: number, isShort = false, audible = true): Claim => ({ deck, load, isShort, audible });
const seconds = 1_000_000;

/** The share of a machine with two places, and what it said. */
function share() {
  const said: string[] = [];
  const machine = new MachineShare(2, (deck, rests) => said.push(`${deck} ${rests ? 'rests' : 'goes on'}`));
  return { machine, said };
}

describe('the share of the machine', () => {
  it('lets all play that can be computed, however much that is, while nobody falls behind', () => {
    const { machine, said } = share();
    machine.judge([claim(1, 0.9), claim(2, 0.9), claim(3, 0.9)], 0);
    machine.judge([claim(1, 0.3, true), claim(2, 0.3, true)], 10 * seconds);
    assert.deepEqual(said, []);
  });

  it('sends the last to rest, and no more of them than is needed, and says so once', () => {
    const { machine, said } = share();
    const claims = [1, 2, 3, 4, 5].map((deck) => claim(deck, 0.5, true));
    for (let now = 0; now < 3 * seconds; now += seconds / 4) machine.judge(claims, now);
    assert.deepEqual(said, ['5 rests', '4 rests']);
    assert.deepEqual([1, 2, 3, 4, 5].map((deck) => machine.rests(deck)), [false, false, false, true, true]);
  });

  it('sends those to rest before that are not heard, but none that needs next to nothing', () => {
    const { machine, said } = share();
    machine.judge([claim(1, 0.7, true, false), claim(2, 0.7, true), claim(3, 0.7, true), claim(4, 0.001, false, false)], 0);
    assert.deepEqual(said, ['1 rests']);
  });

  it('sends that one to rest that cannot keep up by itself', () => {
    const { machine, said } = share();
    machine.judge([claim(1, 4, true), claim(2, 0.6, true), claim(3, 0.5)], 0);
    assert.deepEqual(said, ['1 rests']);
  });

  it('never sends the only one to rest', () => {
    const { machine, said } = share();
    machine.judge([claim(1, 9, true)], 0);
    machine.judge([claim(1, 9, true)], 60 * seconds);
    assert.deepEqual(said, []);
  });

  it('lets a deck go on when there is room, not before, and one at a time', () => {
    const { machine, said } = share();
    const claims = (load: number): Claim[] => [1, 2, 3, 4, 5].map((deck) => claim(deck, load, load > 0.4));
    machine.judge(claims(0.5), 0);
    machine.judge([1, 2, 3].map((deck) => claim(deck, 0.5)).concat(claim(4, 0.5), claim(5, 0.5)), 10 * seconds);
    assert.equal(said.length, 2);
    for (let now = 11 * seconds; now < 14 * seconds; now += seconds / 4) machine.judge(claims(0.25), now);
    assert.deepEqual(said.slice(2), ['4 goes on']);
    machine.judge(claims(0.25), 16 * seconds);
    assert.deepEqual(said.slice(3), ['5 goes on']);
  });

  it('lets a deck go on that needs next to nothing by now, as one that is frozen, though there is no room', () => {
    const { machine, said } = share();
    machine.judge([claim(1, 0.8, true), claim(2, 0.8, true), claim(3, 0.8, true)], 0);
    machine.judge([claim(1, 0.8), claim(2, 0.8), claim(3, 0.8)], 10 * seconds);
    machine.judge([claim(1, 0.8), claim(2, 0.8), claim(3, 0)], 11 * seconds);
    assert.deepEqual(said, ['3 rests', '3 goes on']);
  });

  it('tries a deck again that was measured in a bad hour, less and less often', () => {
    const { machine, said } = share();
    const bad = [claim(1, 0.9, true), claim(2, 0.9, true), claim(3, 3, true)];
    const good = [claim(1, 0.2), claim(2, 0.2), claim(3, 3, false)];
    const tried: number[] = [];
    for (let second = 0; second < 200; second += 1) {
      const before = said.length;
      machine.judge(machine.rests(3) ? good : bad, second * seconds);
      if (said.length > before && !machine.rests(3)) tried.push(second);
    }
    assert.deepEqual(tried, [30, 94]);
  });

  it('gives a deck with another voice its chance at once', () => {
    const { machine, said } = share();
    machine.judge([1, 2, 3].map((deck) => claim(deck, 0.9, true)), 0);
    machine.renewed(3, seconds);
    machine.renewed(1, seconds);
    assert.deepEqual(said, ['3 rests', '3 goes on']);
  });
});

describe('places at the gate', () => {
  it('are twice as many as cores with a thread each, and share the cores with more', () => {
    assert.deepEqual([placesFor(1, 2), placesFor(4, 8), placesFor(3, 4), placesFor(4, 2)], [4, 2, 1, 1]);
  });
});
