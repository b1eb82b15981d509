import { resolve } from 'node:path';
import { loadConfiguration } from '../../src/engine/configuration.js';
import { engineContainer } from '../../src/engine/create-engine.js';
import { PackShelf } from '../../src/engine/packs/pack-shelf.js';
import { PackVoices } from '../../src/engine/voices.js';
import { builtInPlugins } from '../../src/plugins/manifest.js';
import { runtimeOf } from './open-recipe.js';

export interface OpenVoices {
  readonly voices: PackVoices;
  /** The packs that can be played. */
  readonly names: readonly string[];
  /** Where a pack lies. Errors: `unknownPack`, `badPack`. */
  folderOf(name: string): Promise<string>;
}

/** Voices as a stage has them, of the shipped packs and of those in `folders=DIR,DIR`; provider and threads as given. */
export async function openVoices(options: Readonly<Record<string, string>>): Promise<OpenVoices> {
  const packFolders = options.folders?.split(',').map((folder) => resolve(folder)) ?? [];
  const configuration = loadConfiguration();
  const { provider, threads } = runtimeOf(options);
  const inference = { ...configuration.inference, provider, threads };
  const container = engineContainer({ ...configuration, packFolders, inference }, builtInPlugins);
  const shelf = container.get(PackShelf);
  await shelf.read();
  const names = shelf.list().filter((pack) => pack.fault === undefined).map((pack) => pack.name);
  return { voices: container.get(PackVoices), names, folderOf: async (name) => (await shelf.take(name)).summary.folder };
}
