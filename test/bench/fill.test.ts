import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { run } from '../../bench/fill.js';
import { ContinuoError } from '../../src/engine/errors.js';
import { repositoryRoot } from '../../src/engine/paths.js';

const folder = join(repositoryRoot, 'test/fixtures/beat-kmeans');

type Figures = Readonly<Record<string, Readonly<Record<string, { readonly mean: number }>>>>;

interface Measured {
  readonly bits: Figures;
  readonly likeness: Figures;
}

describe('the bench of bars that are filled', () => {
  it('asks judges that had no part in them, and compares them with the bars of the song', async () => {
    const { reference, packs } = (await run({ folder, files: '1', packs: 'tiny-lm', judges: 'tiny-lm,tiny-lm-b', candidates: '3', past: '8', gap: '1', given: '1' })) as {
      reference: Measured;
      packs: Readonly<Record<string, Measured>>;
    };
    assert.deepEqual(Object.keys(packs), ['tiny-lm']);
    assert.deepEqual(Object.keys(reference.bits), ['song', 'otherBars', 'givenBars']);
    const { bits, likeness } = packs['tiny-lm'];
    assert.deepEqual(Object.keys(bits), ['continued', 'composed', 'filled']);
    assert.ok(bits.composed['tiny-lm'].mean <= bits.continued['tiny-lm'].mean + 1e-6, 'what is chosen is less likely to lead there, by the pack that chose');
    for (const row of [...Object.values(bits), ...Object.values(reference.bits)]) {
      assert.deepEqual(Object.keys(row), ['tiny-lm', 'tiny-lm-b']);
      assert.ok(Object.values(row).every(({ mean }) => mean > 0 && Number.isFinite(mean)));
    }
    assert.deepEqual([reference.likeness.song.pitches.mean, reference.likeness.song.onsets.mean], [1, 1]);
    for (const row of Object.values(likeness)) assert.ok(Object.values(row).every(({ mean }) => mean >= 0 && mean <= 1));
  });

  it('wants songs, and packs that can say what leads into given bars', async () => {
    await assert.rejects(run({}), (error) => error instanceof ContinuoError && /Name a folder/.test(error.message));
    await assert.rejects(run({ folder, packs: 'perlin' }), (error) => error instanceof ContinuoError && /perlin cannot say/.test(error.message));
  });
});
