import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { writeWhole } from '../../src/engine/write-whole.js';

describe('a file that is written whole', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'continuo-whole-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('takes the place of the one before, also where several are written at once', async () => {
    const file = join(folder, 'set.yaml');
    await writeWhole(file, 'one');
    const texts = ['two', 'three', 'four'];
    await Promise.all(texts.map((text) => writeWhole(file, text)));
    assert.ok(texts.includes(readFileSync(file, 'utf8')));
    assert.deepEqual(readdirSync(folder), ['set.yaml']);
  });

  it('leaves nothing behind where it cannot be put in its place', async () => {
    const taken = join(folder, 'taken');
    mkdirSync(taken);
    await assert.rejects(writeWhole(taken, 'text'), { code: 'EISDIR' });
    assert.deepEqual(readdirSync(folder), ['taken']);
  });
});
