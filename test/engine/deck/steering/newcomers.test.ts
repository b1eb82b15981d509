import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComposeControls } from '../../../../src/engine/contracts/composer.js';
import { AskedComposer, takeOf, write } from './support.js';

/** What a newcomer is asked for first in a take in which the second bar comes again as the fourth; it is loaded at a beat, for the next bar. */
async function askedAt(beat: number): Promise<ComposeControls> {
  const composers: AskedComposer[] = [];
  const take = await takeOf(() => {
    const composer = new AskedComposer();
    composers.push(composer);
    return composer;
  });
  await write(take, 'longest-rest', 1);
  await write(take, 'most-onsets', 2);
  await take.playUntil(9);
  await write(take, 'copy-bar', 1);
  await take.playUntil(beat);
  await take.swap('newcomer', 'bar');
  await take.end();
  return composers[1].asked[0];
}

describe('a newcomer', () => {
  it('is asked for its first beats as is wished for from its boundary on, whatever plays until then', async () => {
    const asked = await askedAt(12.5);
    assert.deepEqual([asked.constraint.maximumRestBeats, asked.constraint.onsetsPerBeat, asked.constraint.forcedNotes], [1, { low: 0, high: 2 }, undefined]);
  });

  it('is asked for a bar that comes again where that begins at its boundary', async () => {
    const asked = await askedAt(9.5);
    assert.deepEqual(asked.constraint.forcedNotes?.map(({ beat }) => beat), [12, 13, 14, 15]);
    assert.deepEqual(asked.constraint.onsetsPerBeat, { low: 0, high: 1 });
  });
});
