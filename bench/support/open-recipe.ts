import { join, resolve } from 'node:path';
import type { ComposerRecipe, InferenceRuntimeOptions } from '../../src/engine/generation/composer-recipe.js';
import { PackShelf } from '../../src/engine/packs/pack-shelf.js';
import { toRecipe } from '../../src/engine/packs/recipe.js';
import { repositoryRoot } from '../../src/engine/paths.js';
import { PluginRegistry } from '../../src/engine/plugins/plugin-registry.js';
import { builtInPlugins } from '../../src/plugins/manifest.js';

const folders = [join(repositoryRoot, 'models'), join(repositoryRoot, 'test/fixtures/packs')];

/** The recipe of a shipped pack, of one in `folders=DIR,DIR`, or of one of the tests' tiny ones; without a name, of the first shipped one. */
export async function openRecipe(options: Readonly<Record<string, string>>): Promise<{ name: string; recipe: ComposerRecipe }> {
  const more = options.folders?.split(',').map((folder) => resolve(folder)) ?? [];
  const shelf = new PackShelf(new PluginRegistry(builtInPlugins), [...more, ...folders]);
  await shelf.read();
  const name = options.pack ?? shelf.list().find((pack) => pack.fault === undefined)?.name ?? '';
  const pack = await shelf.take(name);
  return { name, recipe: toRecipe(pack, runtimeOf(options)) };
}

/** `provider=auto|cpu|cuda`, default cpu; `threads=1`. */
export function runtimeOf(options: Readonly<Record<string, string>>): InferenceRuntimeOptions {
  return { provider: (options.provider ?? 'cpu') as InferenceRuntimeOptions['provider'], threads: Number(options.threads ?? 1) };
}
