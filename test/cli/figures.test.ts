import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { figures } from '../../src/cli/figures.js';

describe('figures at the terminal', () => {
  it('keeps whole numbers whole and gives others four digits', () => {
    assert.equal(figures({ notes: 123456, milliseconds: 0.123456 }), `${'notes'.padEnd(24)} 123456\n${'milliseconds'.padEnd(24)} 0.1235`);
  });
  it('indents what is nested', () => {
    assert.equal(figures({ lateness: { p50: 1 } }), `lateness\n  ${'p50'.padEnd(24)} 1`);
  });
  it('lays alike records out as a table, with gaps where one lacks a figure', () => {
    assert.equal(figures({ packs: [{ name: 'a', speed: 10.5 }, { name: 'long-name' }] }), 'packs\n  name       speed\n  a          10.5\n  long-name');
  });
});
