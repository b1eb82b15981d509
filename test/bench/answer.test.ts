import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { run } from '../../bench/answer.js';

interface Shares {
  readonly count: number;
  readonly worst: number;
  readonly withinGoal: number;
}

interface Figures {
  readonly packs: Readonly<Record<string, readonly { readonly past: number; readonly free: Shares; readonly onLine: Shares }[]>>;
}

describe('bench answer', () => {
  it('has every phrase answered, at once or on the line, whatever was played before', async () => {
    const { packs: { perlin } } = (await run({ packs: 'perlin', answers: '4', past: '0,32' })) as Figures;
    assert.deepEqual(perlin.map(({ past }) => past), [0, 32]);
    for (const { free, onLine } of perlin) {
      assert.deepEqual([free.count, onLine.count], [3, 1]);
      assert.ok(free.worst > 0 && free.worst < 2000 && Number.isFinite(onLine.worst), JSON.stringify({ free, onLine }));
    }
  });
});
