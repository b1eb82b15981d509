import type { Configuration } from '../../engine/configuration.js';
import { loadPlugins } from '../../engine/plugins/plugin-loader.js';
import type { PluginRegistry } from '../../engine/plugins/plugin-registry.js';
import { asSentence, type Finding } from './finding.js';

/** Loads the external plugins into the registry, and imports nothing else: implementations load where they run. */
export async function checkPlugins(configuration: Configuration, registry: PluginRegistry): Promise<Finding[]> {
  const { faults } = await loadPlugins(registry, configuration.plugins, configuration.folder);
  const names = registry.list().map((plugin) => `${plugin.name} (${plugin.kind})`);
  return [
    { topic: 'plugins', state: 'ready', sentence: `There are ${names.join(', ')}.` },
    ...faults.map((fault): Finding => ({ topic: 'plugins', state: 'fault', sentence: asSentence(fault.message) })),
  ];
}
