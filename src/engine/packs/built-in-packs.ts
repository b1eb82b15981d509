import type { PluginDescriptor } from '../contracts/plugin.js';
import type { PluginRegistry } from '../plugins/plugin-registry.js';
import type { Pack } from './pack.js';
import { usualOrder } from './pack-manifest.js';

/** Capability of a plugin that needs no files: such a composer is a pack of its own name, such a model computes elsewhere. */
export const weightless = 'weightless';

/** A pack for every composer plugin that needs neither files nor options. Thread: main. Blocks: no. */
export function builtInPacks(plugins: PluginRegistry): readonly Pack[] {
  return plugins
    .list('composer')
    .filter((plugin) => plugin.capabilities.includes(weightless))
    .flatMap((plugin) => builtInPack(plugin));
}

function builtInPack(plugin: PluginDescriptor): readonly Pack[] {
  const options = plugin.optionsSchema.safeParse({});
  if (!options.success) return [];
  const { name } = plugin;
  return [
    {
      summary: { name, title: titleOf(name), family: name, licence: 'no weights', folder: '' },
      composition: { kind: 'composer', composer: { plugin, options: options.data, files: {} } },
      order: usualOrder,
      sampling: {},
      generation: { keyNormalised: false, events: ['note'], tracks: [], setup: [] },
      files: [],
    },
  ];
}

/** @example titleOf('slow-waves') // → 'Slow waves' */
function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
