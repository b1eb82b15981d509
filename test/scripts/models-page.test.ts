import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { repositoryRoot } from '../../src/engine/paths.js';
import { loadScript } from '../load-script.js';

interface ShippedPack {
  readonly manifest: { readonly name: string };
  readonly readme: string;
  readonly hasPicture: boolean;
  readonly figures: object;
}

const { modelsPage } = await loadScript<{ modelsPage(packs: readonly ShippedPack[]): string }>('scripts/docs/models-page.js');
const { readPacks } = await loadScript<{ readPacks(root: string): ShippedPack[] }>('scripts/docs/read-packs.js');
const models = join(repositoryRoot, 'models');

describe('docs/models.md', () => {
  const page = readFileSync(join(repositoryRoot, 'docs', 'models.md'), 'utf8');

  it('is what the packs make it (npm run docs writes it)', () => {
    assert.equal(page, modelsPage(readPacks(repositoryRoot)));
  });

  it('has a section on every pack', () => {
    for (const name of readdirSync(models).filter((folder) => existsSync(join(models, folder, 'pack.json')))) {
      assert.ok(page.includes(`\n## ${name}\n`), name);
    }
  });

  it('can be written for a pack of which nothing has been measured', () => {
    const manifest = { name: 'bare', title: 'Bare', description: 'A pack.', family: 'perlin', licence: 'MIT', composer: { plugin: 'perlin' }, files: [] };
    const bare = modelsPage([{ manifest, readme: '', hasPicture: false, figures: {} }]);
    assert.ok(bare.includes('**Bare.** A pack.') && bare.includes('has not been measured') && !bare.includes('undefined'));
  });
});
