import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OfflineTake } from '../../../../src/engine/rendering/offline-take.js';
import { AskedComposer, barOf, takeOf, write } from './support.js';

async function coldTake(composer = new AskedComposer()): Promise<{ readonly composer: AskedComposer; readonly take: OfflineTake }> {
  const take = await takeOf(() => composer);
  await write(take, 'loop-limit', 3);
  await write(take, 'temperature', 0.3);
  composer.asked.length = 0;
  return { composer, take };
}

/** That nobody was told off, though a bar came so many times. */
function assertLetBe({ composer, take }: { readonly composer: AskedComposer; readonly take: OfflineTake }): void {
  take.ensemble.publishCounters();
  assert.equal(take.parameters.number('deck/1/loops'), 0);
  assert.ok(composer.asked.length > 0);
  assert.deepEqual([...new Set(composer.asked.map(({ sampling }) => sampling.temperature))], [0.3]);
}

describe('a bar that comes too often', () => {
  for (const jump of [0, 96]) {
    it(`is no loop where the deck is frozen, nor once it thaws: ${jump === 0 ? 'as the host goes' : 'the host jumps'}`, async () => {
      const { composer, take } = await coldTake();
      await take.playUntil(9);
      await take.playDuring(write(take, 'freeze', 1));
      await take.playUntil(49);
      const { session } = take.ensemble;
      if (jump > 0) take.ensemble.follow({ ...session.timeline, beatOrigin: session.timeline.beatOrigin + jump });
      await take.playUntil(53);
      await take.playDuring(write(take, 'thaw'));
      await take.playUntil(68);
      assert.deepEqual(barOf(take, jump / 4 + 13), barOf(take, jump / 4 + 12));
      assert.notDeepEqual(barOf(take, jump / 4 + 15), barOf(take, jump / 4 + 12));
      await take.end();
      assertLetBe({ composer, take });
    });
  }

  it('is no loop where it was asked for, nor is what comes after told off', async () => {
    const { composer, take } = await coldTake();
    await take.playUntil(9);
    for (let times = 0; times < 5; times += 1) await write(take, 'recall-bar', 2);
    await take.playUntil(44);
    await take.end();
    assert.deepEqual(barOf(take, 7), barOf(take, 1));
    assertLetBe({ composer, take });
  });

  it('is a loop still where others were asked for in between', async () => {
    const { composer, take } = await coldTake(new AskedComposer((note) => ({ ...note, pitch: 60 + (note.beat % 4) })));
    await take.playUntil(3);
    await write(take, 'force', 'C7:1');
    await take.playUntil(5);
    await write(take, 'copy-bar', 0);
    await take.playUntil(32);
    await take.end();
    take.ensemble.publishCounters();
    assert.ok(take.parameters.number('deck/1/loops') >= 2);
    assert.ok(composer.asked.some(({ sampling }) => sampling.temperature > 0.9));
  });
});
