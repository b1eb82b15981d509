import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PackShelf } from '../../../src/engine/packs/pack-shelf.js';
import { toRecipe } from '../../../src/engine/packs/recipe.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { PluginRegistry } from '../../../src/engine/plugins/plugin-registry.js';
import { builtInPlugins } from '../../../src/plugins/manifest.js';

describe('the packs of this repository', () => {
  it('are whole, fit their plugins, and can be opened', async () => {
    const shelf = new PackShelf(new PluginRegistry(builtInPlugins), [join(repositoryRoot, 'models'), join(repositoryRoot, 'test/fixtures/packs')]);
    await shelf.read();
    await shelf.verifyAll();
    assert.deepEqual(shelf.list().filter((summary) => summary.fault !== undefined), []);
    assert.deepEqual(shelf.faults, []);
    for (const { name } of shelf.list()) {
      const recipe = toRecipe(await shelf.take(name), { provider: 'cpu', threads: 1 });
      assert.deepEqual(structuredClone(recipe), recipe);
    }
    const names = shelf.list().map((summary) => summary.name);
    for (const expected of ['tiny-lm', 'tiny-lm-b', 'perlin']) assert.ok(names.includes(expected), names.join(' '));
    assert.equal(shelf.fallback, 'perlin');
    shelf.close();
  });
});
