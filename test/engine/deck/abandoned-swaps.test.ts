import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Stage } from './modes/stage.js';
import { NumberedVoices } from './numbered-voices.js';

/** Pack 1 plays; a load of pack 2 waits for beat 32, while the music is at beat 5. */
async function waiting(): Promise<{ readonly stage: Stage; readonly load: Promise<void>; told(): readonly string[] }> {
  const stage = await Stage.with(new NumberedVoices(), '1', {});
  await stage.playUntil(4);
  const from = stage.events.length;
  const load = stage.deck.load('2', '8-bars');
  await stage.playUntil(5);
  const told = (): readonly string[] => stage.events.slice(from).flatMap((event) => (event.type === 'swap' ? [`${event.deck} ${event.stage} ${event.pack}`] : []));
  assert.deepEqual(told(), ['1 loading 2']);
  return { stage, load, told };
}

describe('a swap that is given up', () => {
  it('is told of as abandoned before the one that takes its place', async () => {
    const { stage, load, told } = await waiting();
    const other = stage.deck.load('3', 'bar');
    assert.deepEqual(told(), ['1 loading 2', '1 abandoned 2', '1 loading 3']);
    await stage.playUntil(9);
    await Promise.all([load, other]);
    assert.deepEqual(told().slice(3), ['1 ready 3', '1 playing 3']);
  });

  it('is told of where the deck is frozen instead, or closed', async () => {
    const { stage, load, told } = await waiting();
    const freeze = stage.deck.succession.freeze.begin(1);
    await stage.playUntil(9);
    await Promise.all([load, freeze]);
    assert.deepEqual(told(), ['1 loading 2', '1 abandoned 2']);
    const other = await waiting();
    await other.stage.ensemble.removeDeck();
    await other.load;
    assert.deepEqual(other.told(), ['1 loading 2', '1 abandoned 2']);
  });

  it('is told of once nobody wants it any more', async () => {
    const stage = await Stage.with(new NumberedVoices(), '1', {});
    let isWanted = true;
    const load = stage.deck.load('2', '8-bars', { isWanted: () => isWanted });
    await stage.playUntil(5);
    isWanted = false;
    await stage.playUntil(6);
    await load;
    const stages = (): readonly string[] => stage.events.flatMap((event) => (event.type === 'swap' && event.pack === '2' ? [event.stage] : []));
    assert.deepEqual(stages(), ['loading', 'abandoned']);
    await stage.deck.dispose();
    assert.deepEqual(stages(), ['loading', 'abandoned']);
  });

  it('has ended then: that it fails after all is said to whoever asked for it alone', async () => {
    const { stage, load, told } = await waiting();
    const bad = stage.deck.load('bad', 'bar');
    const other = stage.deck.load('3', 'bar');
    await Promise.all([load, assert.rejects(bad, /The pack bad is damaged/), stage.playUntil(9).then(() => other)]);
    assert.deepEqual(told().slice(1), ['1 abandoned 2', '1 loading bad', '1 abandoned bad', '1 loading 3', '1 ready 3', '1 playing 3']);
  });

  it('is told of where it was ready and another takes the same boundary, or one before', async () => {
    const { stage, load, told } = await waiting();
    await stage.playUntil(29);
    await load;
    const same = stage.deck.load('3', '8-bars');
    await stage.playUntil(29.5);
    await same;
    assert.deepEqual(told().slice(1), ['1 ready 2', '1 loading 3', '1 abandoned 2', '1 ready 3']);
    const before = stage.deck.load('4', 'beat');
    await stage.playUntil(34);
    await before;
    assert.deepEqual(told().slice(5), ['1 loading 4', '1 abandoned 3', '1 ready 4', '1 playing 4']);
  });

  it('is told of where it was ready and the deck is frozen on its boundary, or closed', async () => {
    const { stage, load, told } = await waiting();
    await stage.playUntil(29);
    await load;
    const freeze = stage.deck.succession.freeze.begin(1);
    await stage.playUntil(34);
    await freeze;
    assert.deepEqual(told().slice(1), ['1 ready 2', '1 abandoned 2']);
    const thaw = stage.deck.succession.freeze.end();
    await stage.playUntil(35);
    await thaw;
    await stage.ensemble.removeDeck();
    assert.deepEqual(told().slice(3), ['1 loading 2', '1 ready 2', '1 abandoned 2']);
  });

  it('is none that is heard before another takes over', async () => {
    const { stage, load, told } = await waiting();
    await stage.parameters.write('horizon', [16], 'test');
    await stage.playUntil(31.95);
    await load;
    const later = stage.deck.load('3', 'bar');
    await stage.playUntil(31.99);
    await later;
    await stage.playUntil(38);
    assert.deepEqual(told().slice(1), ['1 ready 2', '1 loading 3', '1 ready 3', '1 playing 2', '1 playing 3']);
  });

  it('is none that is heard, or failed', async () => {
    const stage = await Stage.with(new NumberedVoices(), '1', {});
    await assert.rejects(stage.deck.load('bad', 'bar'), /damaged/);
    const load = stage.deck.load('2', 'bar');
    await stage.playUntil(5);
    await load;
    const freeze = stage.deck.succession.freeze.begin(1);
    await stage.playUntil(16);
    await freeze;
    await stage.deck.dispose();
    assert.deepEqual(stage.events.flatMap((event) => (event.type === 'swap' && event.stage === 'abandoned' ? [event.pack] : [])), []);
  });
});
