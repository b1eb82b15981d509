import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ParameterStore } from '../../src/engine/parameters/parameter-store.js';
import { repositoryRoot } from '../../src/engine/paths.js';
import { defaultOscPort, pureDataPort, superColliderPort } from '../../src/transports/osc/options.js';

/** Words of the wire itself, in and out; everything else must be in the table. */
const wireWords = new Set([
  'listen', 'unlisten', 'packs', 'error', 'swap', 'note', 'note/off', 'clock', 'clock/start', 'clock/continue', 'clock/stop', 'clock/position',
]);

function read(...path: readonly string[]): string {
  return readFileSync(join(repositoryRoot, 'patches', ...path), 'utf8');
}

function found(text: string, expression: RegExp): readonly string[] {
  return [...text.matchAll(expression)].map(([, address]) => address);
}

describe('the patches', () => {
  const store = new ParameterStore();
  store.addDeck(1);
  const known = (address: string): boolean => wireWords.has(address) || store.addresses().includes(address);

  const patches: readonly (readonly [name: string, addresses: readonly string[]])[] = [
    [
      'SuperCollider',
      [
        ...found(read('supercollider', 'continuo.scd'), /tell\("([^"]+)"/g),
        ...found(read('supercollider', 'continuo.scd'), /self\.on\('([^']+)'/g),
        ...found(read('supercollider', 'continuo.scd'), /\['(.+?)'\]\.do \{ \|address\|/g).flatMap((list) => list.split("', '")),
      ],
    ],
    ['Pure Data', found(read('puredata', 'continuo.pd'), /oscformat continuo ([\w -]+)/g).map((words) => words.replaceAll(' ', '/'))],
    ['Max', found(read('max', 'continuo.maxpat'), /\/continuo\/([\w/-]+)/g)],
  ];
  for (const [name, addresses] of patches) {
    it(`${name} says and hears nothing but what the table and the wire know`, () => {
      assert.ok(addresses.length >= 5, addresses.join(' '));
      for (const address of addresses) assert.ok(known(address), address);
    });

    it(`${name} can start, load a pack and set the tempo`, () => {
      for (const address of ['start', 'deck/1/load', 'bpm']) assert.ok(addresses.includes(address), address);
    });
  }

  it('have the ports that the engine has without a configuration', () => {
    assert.ok(read('puredata', 'continuo.pd').includes(`${pureDataPort} ${defaultOscPort}`));
    assert.ok(read('supercollider', 'continuo.scd').includes(`"${defaultOscPort}"`));
    assert.ok(read('supercollider', 'continuo.scd').includes(`"${superColliderPort}"`));
  });
});
