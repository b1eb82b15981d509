import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { usualLimitMebibytes, WaitingMemory, type WaitingSeat } from '../../../src/engine/capacity/waiting-memory.js';

function seat(memory: WaitingMemory, freed: string[], pack: string, bytes: number, wish: WaitingSeat['wish']): WaitingSeat {
  const made: WaitingSeat = {
    deck: 1, pack, bytes, wish,
    free: async () => {
      freed.push(pack);
      memory.remove(made);
    },
  };
  return made;
}

describe('the memory of voices that wait', () => {
  it('frees what was parked first for what comes, and never what is cued', () => {
    const freed: string[] = [];
    const memory = new WaitingMemory(() => 100);
    for (const [pack, wish] of [['a', 'parked'], ['b', 'cued'], ['c', 'parked'], ['d', 'parked']] as const) {
      assert.ok(memory.add(seat(memory, freed, pack, 30, wish)));
    }
    assert.deepEqual([freed, memory.usedBytes], [['a'], 90]);
    assert.ok(memory.add(seat(memory, freed, 'e', 60, 'cued')));
    assert.deepEqual([freed, memory.usedBytes], [['a', 'c', 'd'], 90]);
    assert.ok(!memory.add(seat(memory, freed, 'f', 30, 'cued')));
    assert.ok(!memory.add(seat(memory, freed, 'g', 30, 'parked')));
    assert.deepEqual(freed, ['a', 'c', 'd']);
  });

  it('keeps within a limit that is lowered as far as what is cued lets it', () => {
    const freed: string[] = [];
    let limit = 100;
    const memory = new WaitingMemory(() => limit);
    memory.add(seat(memory, freed, 'a', 40, 'cued'));
    memory.add(seat(memory, freed, 'b', 40, 'parked'));
    limit = 10;
    memory.keepWithinLimit();
    assert.deepEqual([freed, memory.usedBytes], [['b'], 40]);
  });

  it('gives back what is parked when the machine has no room left for a pack that is loaded', async () => {
    const freed: string[] = [];
    const memory: WaitingMemory = new WaitingMemory(() => 1000, () => freed.length * 50);
    for (const pack of ['a', 'b', 'c']) memory.add(seat(memory, freed, pack, 50, 'parked'));
    await memory.makeRoom(100);
    assert.deepEqual(freed, ['a', 'b']);
  });

  it('begins as half of what is free, and 4 GiB at most', () => {
    assert.equal(usualLimitMebibytes(1000 * 2 ** 20), 448);
    assert.equal(usualLimitMebibytes(64 * 2 ** 30), 4096);
    assert.equal(usualLimitMebibytes(0), 0);
  });
});
