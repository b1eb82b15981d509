import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addressMatcher, isPattern } from '../../../src/engine/parameters/address-pattern.js';

describe('an address pattern', () => {
  const cases: readonly (readonly [pattern: string, address: string, matches: boolean])[] = [
    ['bpm', 'bpm', true],
    ['bpm', 'bpms', false],
    ['deck/*/temperature', 'deck/1/temperature', true],
    ['deck/*/temperature', 'deck/12/temperature', true],
    ['deck/*', 'deck/1/temperature', false],
    ['*', 'bpm', true],
    ['*', 'deck/1/seed', false],
    ['deck/?/seed', 'deck/2/seed', true],
    ['deck/?/seed', 'deck/12/seed', false],
    ['deck?1/seed', 'deck/1/seed', false],
    ['deck/[1-3]/seed', 'deck/2/seed', true],
    ['deck/[1-3]/seed', 'deck/4/seed', false],
    ['deck/[!1-3]/seed', 'deck/4/seed', true],
    ['deck/[!1-3]/seed', 'deck/1/seed', false],
    ['deck/1/[x-]', 'deck/1/-', true],
    ['deck/1/{top-p,top-k}', 'deck/1/top-k', true],
    ['deck/1/{top-p,top-k}', 'deck/1/top-', false],
    ['deck/1/{t,top}*', 'deck/1/top-p', true],
    ['*-pitch', 'low-pitch', true],
    ['l*w*t*h', 'low-pitch', true],
    ['[', '[', false],
    ['{a,b', 'a', false],
    ['', '', true],
  ];
  for (const [pattern, address, matches] of cases) {
    it(`${pattern || '(nothing)'} ${matches ? 'matches' : 'does not match'} ${address || '(nothing)'}`, () => {
      assert.equal(addressMatcher(pattern)(address), matches);
    });
  }

  it('matches what a regular expression of the same meaning matches', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/', '-'), maxLength: 8 });
    const part = fc.oneof(letters, fc.constantFrom('*', '?', '[ab]', '[!a]', '{a,b/,ab}'));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), letters, (parts, address) => {
        const expression = parts
          .join('')
          .replaceAll('*', '[^/]*')
          .replaceAll('?', '[^/]')
          .replaceAll('[!a]', '[^a/]')
          .replaceAll('{a,b/,ab}', '(?:a|b/|ab)');
        assert.equal(addressMatcher(parts.join(''))(address), new RegExp(`^(?:${expression})$`).test(address));
      }),
      { numRuns: 500 },
    );
  });

  it('takes no longer for a wicked pattern than the product of the lengths', () => {
    const began = process.cpuUsage().user;
    assert.equal(addressMatcher('*a'.repeat(5000))('a'.repeat(60)), false);
    assert.equal(addressMatcher(`${'{,a}'.repeat(5000)}b`)('a'.repeat(60)), false);
    assert.ok(process.cpuUsage().user - began < 2_000_000);
  });

  it('is told from an address by its wild characters', () => {
    assert.ok(isPattern('deck/*/seed'));
    assert.ok(!isPattern('deck/1/top-p'));
  });
});
