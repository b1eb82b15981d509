import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ContinuoError } from '../../../src/engine/errors.js';
import type { EngineEvent } from '../../../src/engine/events.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { parameterTable } from '../../../src/engine/parameters/table.js';

const refusal = (name: string, words: RegExp) => (error: unknown) =>
  error instanceof ContinuoError && error.errorName === name && words.test(error.message);

describe('the parameter table', () => {
  it('names every entry once in its scope, in dash-case, with a sentence', () => {
    const seen = new Set<string>();
    for (const entry of parameterTable) {
      const name = `${entry.scope}/${entry.name}`;
      assert.ok(!seen.has(name), name);
      seen.add(name);
      assert.match(entry.name, /^[a-z]+(-[a-z]+)*$/);
      assert.match(entry.description, /^[A-Z].*\.$/);
    }
  });

  it('has defaults that its own entries accept', async () => {
    const store = new ParameterStore();
    store.addDeck(1);
    for (const address of store.addresses()) {
      const entry = store.entry(address);
      if (entry.kind === 'value' && !entry.readOnly) await store.write(address, [entry.default], 'test');
    }
  });
});

describe('ParameterStore', () => {
  it('gives every deck its own addresses and takes them away with it', () => {
    const store = new ParameterStore();
    const deck = store.addDeck(2);
    assert.equal(store.get('deck/2/temperature'), 1);
    deck.dispose();
    assert.throws(() => store.get('deck/2/temperature'), refusal('unknownAddress', /"deck\/2\/temperature": there is no deck 2 /));
  });

  it('tells every listener of a change, once, with its origin', async () => {
    const store = new ParameterStore();
    const heard: unknown[] = [];
    const forget = store.onChange((...change) => heard.push(change));
    await store.write('bpm', [90], 'osc');
    await store.write('bpm', [90], 'osc');
    forget();
    await store.write('bpm', [91], 'osc');
    assert.deepEqual(heard, [['bpm', 90, 'osc']]);
  });

  it('knows whether a value was ever set, be it to what it was, and not by the engine or in vain', async () => {
    const store = new ParameterStore();
    store.addDeck(1);
    await store.write('bpm', [120], 'osc');
    store.publish('horizon', 4);
    await assert.rejects(store.write('commit', [99], 'osc'));
    await store.write('deck/1/density', [0.25], 'osc');
    assert.deepEqual(['bpm', 'horizon', 'commit', 'deck/1/density'].map((address) => store.wasSet(address)), [true, false, false, true]);
  });

  it('refuses a value out of range, of another type, or not among the choices, and keeps the old one', async () => {
    const store = new ParameterStore();
    await assert.rejects(store.write('bpm', [5], 'test'), refusal('badValue', /20 to 999/));
    await assert.rejects(store.write('bpm', ['fast'], 'test'), refusal('badValue', /must be a number/));
    await assert.rejects(store.write('beats-per-bar', [3.5], 'test'), refusal('badValue', /whole number/));
    await assert.rejects(store.write('swap-at', ['never'], 'test'), refusal('badValue', /one of now, beat, bar/));
    await assert.rejects(store.write('bpm', [], 'test'), refusal('badValue', /one value/));
    await assert.rejects(store.write('playing', [true], 'test'), refusal('badValue', /can be read, not set/));
    assert.equal(store.get('bpm'), 120);
  });

  it('never takes in a number that is none, whatever is sent', async () => {
    const store = new ParameterStore();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.double(), fc.string(), fc.boolean()), async (value) => {
        await store.write('bpm', [value], 'fuzz').catch((error: unknown) => assert.ok(error instanceof ContinuoError));
        const bpm = store.get('bpm');
        assert.ok(typeof bpm === 'number' && bpm >= 20 && bpm <= 999);
      }),
    );
  });

  it('hands an action its checked arguments and refuses a wrong number of them', async () => {
    const store = new ParameterStore();
    store.addDeck(1);
    const calls: unknown[] = [];
    store.handle('deck/1/load', (values) => void calls.push(values));
    await store.write('deck/1/load', ['perlin'], 'test');
    await store.write('deck/1/load', ['perlin', 'beat'], 'test');
    assert.deepEqual(calls, [['perlin'], ['perlin', 'beat']]);
    await assert.rejects(store.write('deck/1/load', [], 'test'), refusal('badValue', /pack \[boundary\]/));
    assert.throws(() => store.get('deck/1/load'), refusal('badValue', /action/));
  });

  it('keeps the old value when a handler refuses the new one', async () => {
    const store = new ParameterStore();
    store.handle('bpm', () => {
      throw new ContinuoError('badValue', 'The host leads.');
    });
    await assert.rejects(store.write('bpm', [99], 'test'), refusal('badValue', /host leads/));
    assert.equal(store.get('bpm'), 120);
  });

  it('names who asks where a handler tells of the new value itself, and the engine where it does so later', async () => {
    const store = new ParameterStore();
    const heard: unknown[] = [];
    store.onChange((...change) => heard.push(change));
    store.handle('bpm', ([bpm]) => {
      store.publish('bpm', bpm);
      store.publish('leader', 'internal');
    });
    await store.write('bpm', [90], 'osc');
    store.publish('bpm', 91);
    store.handle('bpm', () => {
      throw new ContinuoError('badValue', 'The host leads.');
    });
    await assert.rejects(store.write('bpm', [99], 'test'));
    store.publish('bpm', 92);
    assert.deepEqual(heard, [['bpm', 90, 'osc'], ['leader', 'internal', 'engine'], ['bpm', 91, 'engine'], ['bpm', 92, 'engine']]);
  });

  it('reports a fault with its number to whoever listens', () => {
    const store = new ParameterStore();
    const events: EngineEvent[] = [];
    store.onEvent((event) => events.push(event));
    store.report(new ContinuoError('badPack', 'The hash is wrong.'), 'deck 1');
    assert.deepEqual(events, [{ type: 'error', code: 211, sentence: 'The hash is wrong.', origin: 'deck 1' }]);
  });
});
