import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { run } from '../../bench/realtime.js';
import { repositoryRoot } from '../../src/engine/paths.js';

const folders = join(repositoryRoot, 'test', 'fixtures', 'packs');

interface Row {
  readonly pack: string;
  readonly bpm: number;
  readonly isr: number;
  readonly isrWeighted: number;
  readonly staleness: number;
  readonly answerMilliseconds95: number;
  readonly late: number;
  readonly dropped: number;
}

describe('bench realtime', () => {
  it('plays packs by their processor time: nothing is late, whatever the tempo', async () => {
    const { rows } = (await run({ packs: 'perlin,tiny-lm', tempos: '120,300', beats: '8', clock: 'processor', folders })) as { rows: readonly Row[] };
    assert.deepEqual(rows.map(({ pack, bpm }) => `${pack} ${bpm}`), ['perlin 120', 'perlin 300', 'tiny-lm 120', 'tiny-lm 300']);
    for (const row of rows) {
      assert.deepEqual([row.late, row.dropped], [0, 0]);
      assert.ok(row.answerMilliseconds95 > 0 && row.isr > 0.9 && row.isrWeighted <= row.isr && row.staleness >= 0, JSON.stringify(row));
    }
  });
});
