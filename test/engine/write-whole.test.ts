import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
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

  it('stays a link where it is one, also where it lies in another folder', { skip: process.platform === 'win32' }, async () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    const file = join(elsewhere, 'knobs.json');
    const link = join(folder, 'knobs.json');
    await writeWhole(file, 'one');
    symlinkSync(file, link);
    await writeWhole(link, 'two');
    assert.equal(readlinkSync(link), file);
    assert.equal(readFileSync(file, 'utf8'), 'two');
    assert.deepEqual(readdirSync(elsewhere), ['knobs.json']);
  });

  it('leaves nothing behind where it cannot be put in its place', async () => {
    const taken = join(folder, 'taken');
    mkdirSync(taken);
    await assert.rejects(writeWhole(taken, 'text'), { code: 'EISDIR' });
    assert.deepEqual(readdirSync(folder), ['taken']);
  });
});
