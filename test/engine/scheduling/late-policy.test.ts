import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { judge, type Verdict } from '../../../src/engine/scheduling/late-policy.js';

const lateness = fc.double({ min: -1e9, max: 1e9, noNaN: true });

describe('judge', () => {
  it('plays what comes early or within a millisecond as if on time', () => {
    for (const late of [-1e9, -1, 0, 1_000]) assert.equal(judge('noteOn', late), 'onTime');
  });

  it('plays an onset that is up to 100 ms late, and drops what is later', () => {
    const table: [number, Verdict][] = [[1_000.1, 'late'], [50_000, 'late'], [100_000, 'late'], [100_000.1, 'dropped'], [1e12, 'dropped']];
    for (const [late, verdict] of table) assert.equal(judge('noteOn', late), verdict);
  });

  it('never drops an end or a mark', () => {
    fc.assert(
      fc.property(fc.constantFrom('noteOff' as const, 'program' as const, 'control' as const), lateness, (kind, late) => {
        assert.notEqual(judge(kind, late), 'dropped');
      }),
    );
  });

  it('never judges a later event more kindly', () => {
    const severity: Record<Verdict, number> = { onTime: 0, late: 1, dropped: 2 };
    fc.assert(
      fc.property(lateness, fc.double({ min: 0, max: 1e9, noNaN: true }), (late, more) => {
        assert.ok(severity[judge('noteOn', late + more)] >= severity[judge('noteOn', late)]);
      }),
    );
  });
});
