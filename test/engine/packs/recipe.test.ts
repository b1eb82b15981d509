import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { PackShelf } from '../../../src/engine/packs/pack-shelf.js';
import { toRecipe } from '../../../src/engine/packs/recipe.js';
import { PluginRegistry } from '../../../src/engine/plugins/plugin-registry.js';
import { PackWorkshop } from './pack-workshop.js';

describe('toRecipe', () => {
  const workshop = new PackWorkshop();
  const registry = new PluginRegistry([...workshop.plugins, { ...workshop.plugins[2], name: 'bare', capabilities: ['weightless'] }]);
  const runtime = { provider: 'cpu', threads: 1 } as const;
  after(() => workshop.close());

  async function recipeOf(name: string): Promise<ReturnType<typeof toRecipe>> {
    const shelf = new PackShelf(registry, [workshop.root]);
    await shelf.read();
    const recipe = toRecipe(await shelf.take(name), runtime);
    shelf.close();
    return recipe;
  }

  it('carries both plugins, their options and absolute files, and what the pack recommends', async () => {
    const folder = workshop.pack('whole', { sampling: { topP: 0.9 }, generation: { keyNormalised: true, promptTokens: 64 } });
    const { implementation } = workshop.plugins[0];
    assert.deepEqual(await recipeOf('whole'), {
      kind: 'token',
      tokenizer: { implementation, options: { size: 8 }, files: {} },
      model: { implementation, options: {}, files: { cpu: join(folder, 'step.onnx') } },
      generation: { keyNormalised: true, events: ['note'], promptTokens: 64, tracks: [], setup: [] },
      sampling: { topP: 0.9 },
      runtime,
    });
  });

  it('carries a composer as it is', async () => {
    const { implementation } = workshop.plugins[0];
    assert.deepEqual(await recipeOf('bare'), { kind: 'plugin', composer: { implementation, options: {}, files: {} }, runtime });
  });

  it('can be sent to a thread', async () => {
    workshop.pack('sent');
    const recipe = await recipeOf('sent');
    assert.deepEqual(structuredClone(recipe), recipe);
  });
});
