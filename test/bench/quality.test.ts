import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { run } from '../../bench/quality.js';
import { ContinuoError } from '../../src/engine/errors.js';
import { repositoryRoot } from '../../src/engine/paths.js';

interface Row {
  readonly music: string;
  readonly medianKs: number;
  readonly repetitionKs: number;
  readonly pieces: number;
}

interface Result {
  readonly packs: Readonly<Record<string, { reference: string; table: readonly Row[]; features: readonly Record<string, unknown>[] }>>;
}

const songs = join(repositoryRoot, 'test/fixtures/beat-kmeans');
const fixturePacks = join(repositoryRoot, 'test/fixtures/packs');
const isBadValue = (error: unknown): boolean => error instanceof ContinuoError && error.errorName === 'badValue';

describe('the quality of music', () => {
  it('stands beside that of real, shuffled and random music', async () => {
    const { packs } = (await run({ midi: songs, reference: 'pop909-aligned' })) as Result;
    const [files, real, shuffled, random] = packs[songs].table;
    assert.deepEqual([files.music, real.music, shuffled.music, random.music], ['files', 'real songs', 'shuffled', 'random']);
    assert.ok(real.medianKs < files.medianKs && files.medianKs < random.medianKs);
    assert.ok(real.repetitionKs < 0.35 && shuffled.repetitionKs > 0.35, 'shuffling is seen in repetition');
    assert.equal(packs[songs].features.length, 32);
  });

  it('is told of packs from nothing and after songs', async () => {
    const { packs } = (await run({ pack: 'tiny-lm', folders: fixturePacks, reference: 'pop909-aligned', count: '1', bars: '2', folder: songs })) as Result;
    const { table, reference } = packs['tiny-lm'];
    assert.equal(reference, 'pop909-aligned');
    assert.deepEqual(table.slice(0, 2).map(({ music, pieces }) => [music, pieces]), [['from nothing', 1], ['after 8 bars of a song', 1]]);
  });

  it('wants something to compare with', async () => {
    await assert.rejects(run({ midi: songs }), isBadValue);
    await assert.rejects(run({ midi: songs, reference: 'nowhere' }), isBadValue);
    await assert.rejects(run({ pack: 'tiny-lm', folders: fixturePacks }), isBadValue);
  });
});
