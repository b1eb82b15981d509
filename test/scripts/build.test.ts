import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadScript } from '../load-script.js';

const { buildNeeded, fingerprint, orphanedOutputs } = await loadScript<{
  buildNeeded(root: string): boolean;
  fingerprint(root: string): string;
  orphanedOutputs(outputs: string[], sources: string[]): string[];
}>('scripts/setup/build.js');

describe('the build check', () => {
  let root: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'continuo-build-'));
    mkdirSync(join(root, 'src', 'engine'), { recursive: true });
    mkdirSync(join(root, 'dist'));
    writeFileSync(join(root, 'tsconfig.json'), '{}');
    writeFileSync(join(root, 'src', 'engine', 'a.ts'), 'export {};');
  });
  after(() => rmSync(root, { recursive: true }));

  it('asks for a build until the sources are those that were built', () => {
    assert.equal(buildNeeded(root), true);
    writeFileSync(join(root, 'dist', '.sources'), fingerprint(root));
    assert.equal(buildNeeded(root), false);
  });
  it('sees a touched, a new and a removed source', () => {
    const built = fingerprint(root);
    utimesSync(join(root, 'src', 'engine', 'a.ts'), 1, 1);
    const touched = fingerprint(root);
    writeFileSync(join(root, 'src', 'b.ts'), '');
    const grown = fingerprint(root);
    rmSync(join(root, 'src', 'b.ts'));
    assert.equal(new Set([built, touched, grown]).size, 3);
    assert.equal(fingerprint(root), touched);
  });
  it('does not look at what is not compiled', () => {
    const built = fingerprint(root);
    writeFileSync(join(root, 'src', 'readme.md'), 'words');
    assert.equal(fingerprint(root), built);
  });
  it('has nothing to do in a package without sources', () => {
    assert.equal(buildNeeded(join(root, 'src')), false);
  });
  it('finds compiled files whose source is gone', () => {
    const outputs = [join('dist', 'src', 'a.js'), join('dist', 'test', 'old.test.js')];
    assert.deepEqual(orphanedOutputs(outputs, [join('src', 'a.ts')]), [join('dist', 'test', 'old.test.js')]);
  });
});
