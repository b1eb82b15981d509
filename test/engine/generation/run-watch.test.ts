import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunWatch } from '../../../src/engine/generation/run-watch.js';

/** Looks every 3 ms from `from` to `until` and returns when it first says that a run hangs. */
function look(watch: RunWatch, steps: (now: number) => number, from: number, until: number): number | undefined {
  for (let now = from; now < until; now += 3) if (watch.hangs(steps(now), now)) return now;
  return undefined;
}

describe('RunWatch', () => {
  it('tells of a run that does not come back, once the patience is over', () => {
    const found = look(new RunWatch(1000), () => 7, 0, 5000);
    assert.ok(found !== undefined && found >= 1000 && found < 1010, String(found));
  });

  it('says nothing of slow runs', () => {
    assert.equal(look(new RunWatch(1000), (now) => Math.floor(now / 900), 0, 60_000), undefined);
  });

  it('does not take a computer that slept for a run that hangs', () => {
    const watch = new RunWatch(1000);
    assert.equal(look(watch, () => 1, 0, 500), undefined);
    assert.equal(watch.hangs(2, 3_600_000), false);
    assert.equal(look(watch, () => 2, 3_600_003, 3_600_900), undefined);
    const asleepInTheMiddle = new RunWatch(1000);
    assert.equal(asleepInTheMiddle.hangs(1, 0), false);
    assert.equal(asleepInTheMiddle.hangs(1, 3_600_000), false);
  });
});
