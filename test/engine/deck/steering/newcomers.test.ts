import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SimulatedStage, type Work } from '../../../../bench/support/simulated-stage.js';
import type { ComposeControls } from '../../../../src/engine/contracts/composer.js';
import type { Voice } from '../../../../src/engine/deck/voice.js';
import { ContinuoError } from '../../../../src/engine/errors.js';
import { AskedComposer, takeOf, write } from './support.js';

const bpm = 120;
const beatMicros = 60_000_000 / bpm;

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

  it('that comes late to a deck that lost its composer is asked as is wished for where it joins in', async () => {
    let isLost = false;
    const composers: AskedComposer[] = [];
    const open = async ({ pack }: { readonly pack: string }): Promise<Voice> => {
      const composer = new AskedComposer((note) => {
        if (isLost && pack === 'lost') throw new ContinuoError('deviceLost', 'The GPU is gone.');
        return note;
      });
      composers.push(composer);
      await composer.prepare();
      return { pack, composer, sampling: {}, substitutes: [{ pack: 'found' }] };
    };
    const primeBeats = 16;
    const costOf = ({ pack, method }: Work): number => (pack === 'found' && method === 'prime' ? primeBeats * beatMicros : 0);
    const stage = new SimulatedStage({ fallback: undefined, open }, bpm, costOf);
    await stage.start('lost');
    await write(stage, 'longest-rest', 1);
    await stage.playUntil(2.5);
    await write(stage, 'plan', 'A A', 2);
    isLost = true;
    await stage.playUntil(24);
    await stage.end();
    const [found] = stage.recorder.score().notes.filter(({ beat }) => beat > 12);
    assert.equal(found.beat, 20, 'while the section that comes again went on');
    assert.deepEqual([...new Set(composers[1].asked.map(({ constraint }) => constraint.maximumRestBeats))], [1]);
  });
});
