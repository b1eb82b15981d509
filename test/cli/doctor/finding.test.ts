import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asSentence } from '../../../src/cli/doctor/finding.js';

test('words become a sentence once, and stay one', () => {
  assert.equal(asSentence('there is no pack named x'), 'There is no pack named x.');
  assert.equal(asSentence('There is no pack.'), 'There is no pack.');
});
