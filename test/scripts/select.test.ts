import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadScript } from '../load-script.js';

const { groupTests } = await loadScript<{
  groupTests(tests: readonly string[], patterns: readonly string[]): { unit: string[]; real: string[] };
}>('scripts/testing/select.js');

const tests = ['engine/time/timeline.test.js', 'real/pd.test.js', 'real/sclang.test.js', 'scripts/build.test.js'];

describe('the choice of tests', () => {
  it('takes every test, those with real programs last', () => {
    assert.deepEqual(groupTests(tests, []), { unit: [tests[0], tests[3]], real: [tests[1], tests[2]] });
  });
  it('filters by any part of the path', () => {
    assert.deepEqual(groupTests(tests, ['time/', 'sclang']), { unit: [tests[0]], real: [tests[2]] });
  });
  it('understands the path of a source', () => {
    assert.deepEqual(groupTests(tests, ['test/scripts/build.test.ts']).unit, [tests[3]]);
  });
});
