import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { completions, findAddress } from '../../../src/cli/control/find-address.js';

const addresses = ['bpm', 'beats-per-bar', 'stop', 'deck/1/temperature', 'deck/1/temperature-pitch', 'deck/1/top-p', 'deck/1/top-k', 'deck/1/stop-all', 'deck/2/temperature', 'deck/10/top-p'];

describe('an address cut short', () => {
  const meant: readonly (readonly [given: string, address: string])[] = [
    ['bpm', 'bpm'],
    ['/continuo/bpm', 'bpm'],
    ['bp', 'bpm'],
    ['deck/2/temp', 'deck/2/temperature'],
    ['d/2/t', 'deck/2/temperature'],
    ['temp', 'deck/1/temperature'],
    ['temperature', 'deck/1/temperature'],
    ['temperature-p', 'deck/1/temperature-pitch'],
    ['st', 'stop'],
    ['top-k', 'deck/1/top-k'],
    ['d/10/t', 'deck/10/top-p'],
    ['deck/*/temperature', 'deck/*/temperature'],
  ];
  for (const [given, address] of meant) {
    it(`${given} means ${address}`, () => assert.equal(findAddress(addresses, given), address));
  }

  it('is refused with all that it may mean', () => {
    assert.throws(() => findAddress(addresses, 'b'), /"b" may mean bpm, beats-per-bar: write more of it\./);
    assert.throws(() => findAddress(addresses, 'top'), /may mean deck\/1\/top-p, deck\/1\/top-k/);
  });

  it('is refused with what comes near, or with where to look', () => {
    assert.throws(() => findAddress(addresses, 'deck/3/temperature'), /no address "deck\/3\/temperature"; near it are deck\/1\/temperature/);
    assert.throws(() => findAddress(addresses, 'zzz'), /continuo ctl list/);
  });

  it('is completed part by part', () => {
    assert.deepEqual(completions(addresses, 'deck/1/top'), ['deck/1/top-p', 'deck/1/top-k']);
    assert.deepEqual(completions(addresses, ''), ['bpm', 'beats-per-bar', 'stop']);
  });
});
