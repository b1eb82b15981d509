import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CommandWriter } from '../../../src/engine/scheduling/command-writer.js';

describe('a send thread that takes the place of one that crashed', () => {
  it('is told who may let sound how much, and who reaches what', () => {
    const told: string[] = [];
    const writer = new CommandWriter({
      now: () => 0,
      put: ({ kind, owner, data1, amount }) => {
        told.push(`${kind} ${owner} ${data1} ${amount}`);
        return true;
      },
      wake: () => undefined,
    });
    writer.openLane('one');
    writer.limit(2, { mostSounding: 8, longestMicros: 3_000_000 });
    writer.limit(2, { mostSounding: 9, longestMicros: 4_000_000 });
    writer.route(3, ['one']);
    told.length = 0;
    writer.tellAll();
    assert.deepEqual(told, ['limit 2 9 4000000', 'route 3 0 1']);
  });
});
