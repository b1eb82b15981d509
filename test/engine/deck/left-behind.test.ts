import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { numberedTake, type NumberedTake } from './numbered-voices.js';

/** A take whose packs begin to make ready for a bar so late that a swap is still on its way. */
async function shortSightedTake(): Promise<NumberedTake> {
  const take = await numberedTake();
  await take.offline.parameters.write('horizon', [2], 'test');
  return take;
}

const disposals = ({ voices }: NumberedTake): readonly number[] => voices.opened.map(({ composer }) => composer.disposals);

describe('a deck that is closed', () => {
  it('frees the pack that was about to thaw', async () => {
    const take = await shortSightedTake();
    await take.offline.playUntil(6);
    await take.write('freeze', 1);
    await take.offline.playUntil(9);
    const thawed = take.offline.parameters.write('deck/1/thaw', [], 'test');
    await new Promise(setImmediate);
    await take.offline.end();
    await thawed;
    assert.deepEqual(disposals(take), [1]);
  });

  it('frees a pack that was about to be cued', async () => {
    const take = await numberedTake();
    const cued = assert.rejects(take.offline.parameters.write('deck/1/cue', ['2'], 'test'), /Deck 1 is closed\./);
    await take.offline.end();
    await cued;
    assert.ok(disposals(take).every((count) => count === 1), String(disposals(take)));
  });

  it('cues no pack anew whose former voice was still being freed', async () => {
    const take = await numberedTake();
    const { offline, voices, write } = take;
    await write('cue', '2');
    const former = voices.composer('2');
    const free = former.dispose.bind(former);
    former.dispose = async () => {
      await offline.end();
      await free();
    };
    voices.edition = 'trained further';
    await assert.rejects(offline.parameters.write('deck/1/cue', ['2'], 'test'), /Deck 1 is closed\./);
    assert.deepEqual(voices.loads, ['1', '2']);
    assert.deepEqual(disposals(take), [1, 1]);
  });

  it('takes no pack any more', async () => {
    const take = await numberedTake();
    const [deck] = take.offline.ensemble.decks;
    await take.offline.end();
    await assert.rejects(deck.load('2', 'now'), /Deck 1 is closed\./);
    assert.deepEqual(take.voices.loads, ['1']);
  });
});

it('a deck that is frozen again, after a thaw that gave way to a load, leaves no voice behind', async () => {
  const take = await shortSightedTake();
  const { offline, write, voices } = take;
  await offline.playUntil(6);
  await write('freeze', 1);
  await offline.playUntil(9);
  const thawed = offline.parameters.write('deck/1/thaw', [], 'test');
  await new Promise(setImmediate);
  await write('load', '2');
  await thawed;
  await offline.playUntil(18);
  await write('freeze', 1);
  await offline.playUntil(26);
  await offline.end();
  assert.deepEqual(voices.loads, ['1', '2']);
  assert.deepEqual(disposals(take), [1, 1]);
});
