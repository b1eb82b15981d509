import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { run } from '../../bench/swap.js';
import { repositoryRoot } from '../../src/engine/paths.js';

interface Figures {
  readonly failed: Readonly<Record<string, number>>;
  readonly emptySixteenths: number;
  readonly rests: number;
  readonly hangingNotes: number;
  readonly offTheBoundary: number;
  readonly heardWhereSaid: number;
}

it('bench swap: random swaps leave no sixteenth empty and no note hanging, and each takes over where it said', async () => {
  const folders = join(repositoryRoot, 'test/fixtures/packs');
  const options = { folders, packs: 'perlin,tiny-lm,tiny-lm-b,tiny-phrases', swaps: '12', clock: 'processor', seed: '3', 'cue-memory': '300' };
  const { failed, emptySixteenths, rests, hangingNotes, offTheBoundary, heardWhereSaid } = (await run(options)) as Figures;
  assert.deepEqual({ failed, emptySixteenths, rests, hangingNotes, offTheBoundary }, { failed: {}, emptySixteenths: 0, rests: 0, hangingNotes: 0, offTheBoundary: 0 });
  assert.equal(heardWhereSaid, 12);
});
