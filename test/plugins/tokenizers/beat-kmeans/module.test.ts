import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Tokenizer } from '../../../../src/engine/contracts/tokenizer.js';
import { loadInContainer } from '../../../../src/engine/plugins/load-in-container.js';
import { beatKmeans } from '../../../../src/plugins/tokenizers/beat-kmeans/descriptor.js';
import { shippedVelocities } from '../../../../src/plugins/tokenizers/beat-kmeans/module.js';
import { framesOf, note, readMidi, scoreOfNotes, tokenizerOf } from './support.js';

describe('the beat-kmeans plugin', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'beat-kmeans-'));
  });

  after(() => rm(folder, { recursive: true }));

  async function load(given: object, files: Readonly<Record<string, string>> = {}): Promise<Tokenizer> {
    const options = beatKmeans.optionsSchema.parse(given);
    return (await loadInContainer(beatKmeans, { options, files })).get<Tokenizer>(Tokenizer);
  }

  async function codebook(content: unknown): Promise<string> {
    const path = join(folder, 'codebook.json');
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  it('binds a tokenizer with the codebook that comes with it', async () => {
    const score = readMidi('reichardt-rosenhecken');
    assert.deepEqual((await load({})).encode(score), tokenizerOf().encode(score));
  });

  it('takes the codebook of a pack instead', async () => {
    const own = { level1: [`x-x${'.'.repeat(45)}`], level2: [], level3: [] };
    const tokenizer = await load({}, { codebook: await codebook({ format: 'continuo beat codebook 1', learned: own }) });
    assert.equal(tokenizer.vocabulary.describe(1224), own.level1[0]);
    assert.equal(tokenizer.vocabulary.describe(1225), 'unused code 1225');
  });

  it('says in a sentence what is wrong with a codebook', async () => {
    const learned = { level1: [], level2: [], level3: [] };
    const format = 'continuo beat codebook 1';
    const many = Array.from({ length: 136 }, () => 'x.x.........');
    for (const [content, words] of [
      ['{', /is no beat codebook/],
      [{ format: 'another', learned }, /is no beat codebook/],
      [{ format, learned: { ...learned, level3: many } }, /136 patterns of 12 frames, and there is room for 135/],
      [{ format, learned: { ...learned, level2: ['x.-'] } }, /"x.-", which is no pattern of 24 frames/],
    ] as const) {
      await assert.rejects(codebook(content).then((path) => load({}, { codebook: path })), { errorName: 'badPack', message: words });
    }
    await assert.rejects(load({}, { codebook: join(folder, 'absent.json') }), { errorName: 'badPack' });
  });

  it('takes the learned velocities that come with it, those of a pack, or the table', async () => {
    const shipped = JSON.parse(await readFile(shippedVelocities, 'utf8')) as { levels: number[] };
    const path = join(folder, 'velocities.json');
    await writeFile(path, JSON.stringify({ ...shipped, levels: shipped.levels.map(() => 16 * 99) }));
    const score = scoreOfNotes(note(0, 12, 60, 30), note(24, 30, 60, 80));
    const told = (tokenizer: Tokenizer): number[][] => framesOf(tokenizer.decode(tokenizer.encode(score)));
    assert.deepEqual(told(await load({})), told(tokenizerOf()));
    assert.deepEqual(told(await load({ velocities: 'table' })), told(tokenizerOf({ velocities: 'table' })));
    const own = await load({}, { velocities: path });
    assert.equal(framesOf(own.decode([4786, 4748, 3644, 48, 3712 + 400, 4787]))[0][3], 99);
  });

  it('says in a sentence that a file holds no velocity codes', async () => {
    const shipped = JSON.parse(await readFile(shippedVelocities, 'utf8')) as { levels: number[]; basis: number[][] };
    const path = join(folder, 'bad.json');
    for (const content of ['{', { ...shipped, format: 'another' }, { ...shipped, levels: shipped.levels.slice(1) }, { ...shipped, basis: shipped.basis.map((row) => row.slice(1)) }]) {
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
      await assert.rejects(load({}, { velocities: path }), { errorName: 'badPack', message: /holds no velocity codes/ });
    }
  });

  it('refuses options that make no sense', () => {
    for (const options of [{ mode: 'loud' }, { velocities: 'loud' }, { rubato: 2 }, { lowestPitch: 70, highestPitch: 60 }, { tempo: 3 }]) {
      assert.ok(!beatKmeans.optionsSchema.safeParse(options).success);
    }
  });
});
