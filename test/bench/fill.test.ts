import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { run } from '../../bench/fill.js';
import { ContinuoError } from '../../src/engine/errors.js';
import { repositoryRoot } from '../../src/engine/paths.js';

const folder = join(repositoryRoot, 'test/fixtures/beat-kmeans');

interface Shares {
  readonly cases: number;
  readonly continued: number;
  readonly filled: number;
  readonly song: number;
}

describe('the bench of bars that are filled', () => {
  it('finds what is chosen no less likely to lead into what is given, by those who chose, and asks the others', async () => {
    const { packs } = (await run({ folder, files: '1', packs: 'tiny-lm,tiny-lm-b', candidates: '3', gap: '1', given: '1' })) as {
      packs: Readonly<Record<string, { readonly bySelf: Shares; readonly byOthers: Shares }>>;
    };
    assert.deepEqual(Object.keys(packs), ['tiny-lm', 'tiny-lm-b']);
    for (const { bySelf, byOthers } of Object.values(packs)) {
      assert.ok(bySelf.filled <= bySelf.continued + 1e-6, `${bySelf.filled} bits a note, and ${bySelf.continued} where nothing was chosen`);
      assert.deepEqual([bySelf.cases, byOthers.cases], [1, 1]);
      assert.ok([bySelf.song, byOthers.continued, byOthers.filled, byOthers.song].every((bits) => bits > 0 && Number.isFinite(bits)));
    }
  });

  it('wants songs, and packs that can say what leads into given bars', async () => {
    await assert.rejects(run({}), (error) => error instanceof ContinuoError && /Name a folder/.test(error.message));
    await assert.rejects(run({ folder, packs: 'perlin' }), (error) => error instanceof ContinuoError && /perlin cannot say/.test(error.message));
  });
});
