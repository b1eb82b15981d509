import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { PackShelf } from '../../../../src/engine/packs/pack-shelf.js';
import { toRecipe } from '../../../../src/engine/packs/recipe.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { PluginRegistry } from '../../../../src/engine/plugins/plugin-registry.js';
import { builtInPlugins } from '../../../../src/plugins/manifest.js';

it('the example of a pack on a server is a good pack, and names one that is shipped to go on', async () => {
  const shelf = new PackShelf(new PluginRegistry(builtInPlugins), [join(repositoryRoot, 'examples/packs'), join(repositoryRoot, 'models')]);
  await shelf.read();
  const pack = await shelf.take('remote-pop');
  const fallback = shelf.fallbackOf('remote-pop') ?? assert.fail('no fallback');
  const local = await shelf.take(fallback);
  const recipe = toRecipe(pack, { provider: 'cpu', threads: 1 });
  assert.equal(recipe.kind, 'token');
  assert.deepEqual(recipe.kind === 'token' && recipe.model.files, {});
  assert.deepEqual([pack.generation, pack.sampling], [local.generation, local.sampling], 'it plays what the pack that goes on plays');
  shelf.close();
});
