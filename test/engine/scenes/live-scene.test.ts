import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { replayOrigin } from '../../../src/engine/deck/deck-controls.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { LiveScene } from '../../../src/engine/scenes/live-scene.js';

describe('the present state as a scene', () => {
  it('has what was set by hand, and not what a pack recommends, the engine counts or a replay turns', async () => {
    const store = new ParameterStore();
    store.addDeck(1);
    const live = new LiveScene(store, () => []);
    await store.write('deck/1/density', [0.25], 'somebody');
    store.publish('deck/1/temperature', 0.5, 'pack');
    store.publish('deck/1/top-p', 0.5, replayOrigin);
    store.publish('bpm', 90);
    assert.deepEqual(live.read('New', undefined, []), { name: 'New', values: new Map(), decks: new Map([[1, { values: new Map([['density', 0.25]]) }]]) });
  });

  it('has a tempo that was set by hand, of which the clock tells before it is set', async () => {
    const store = new ParameterStore();
    const live = new LiveScene(store, () => []);
    store.handle('bpm', ([bpm]) => store.publish('bpm', bpm));
    await store.write('bpm', [128], 'osc');
    assert.deepEqual([...live.read('New', undefined, []).values], [['bpm', 128]]);
  });

  it('has what was set to what it was already', async () => {
    const store = new ParameterStore();
    store.addDeck(1);
    const live = new LiveScene(store, () => []);
    await store.write('deck/1/temperature', [1], 'scene');
    store.publish('deck/1/top-p', 0.97);
    assert.deepEqual([...(live.read('New', undefined, []).decks.get(1)?.values ?? [])], [['temperature', 1]]);
  });

  it('does not name the set that it is in', async () => {
    const store = new ParameterStore();
    const live = new LiveScene(store, () => []);
    await store.write('set-file', ['friday.yaml'], 'osc');
    assert.deepEqual([...live.read('New', undefined, []).values], []);
  });

  it('has what a replay turned where a scene of the set speaks of it', () => {
    const store = new ParameterStore();
    store.addDeck(1);
    const live = new LiveScene(store, () => []);
    store.publish('deck/1/top-p', 0.5, replayOrigin);
    const spoken = { name: 'Old', values: new Map(), decks: new Map([[1, { values: new Map([['top-p', 0.9]]) }]]) };
    assert.deepEqual([...(live.read('New', undefined, [spoken]).decks.get(1)?.values ?? [])], [['top-p', 0.5]]);
  });

  it('has the packs that are heard', () => {
    const store = new ParameterStore();
    for (const number of [1, 2, 3]) store.addDeck(number);
    const live = new LiveScene(store, () => [{ number: 1, heardPack: 'old' }, { number: 2, heardPack: 'other' }, { number: 3, heardPack: '' }]);
    assert.deepEqual([...live.read('New', undefined, []).decks].map(([number, { pack }]) => [number, pack]), [[1, 'old'], [2, 'other']]);
  });
});
