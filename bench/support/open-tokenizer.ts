import { Tokenizer } from '../../src/engine/contracts/tokenizer.js';
import { loadInContainer } from '../../src/engine/plugins/load-in-container.js';
import { PluginRegistry } from '../../src/engine/plugins/plugin-registry.js';
import { builtInPlugins } from '../../src/plugins/manifest.js';

/** A tokenizer of the manifest with options of its own or its defaults. Errors: `unknownPlugin`, `badPlugin`. */
export async function openTokenizer(
  name: string,
  options: Readonly<Record<string, unknown>> = {},
): Promise<{ tokenizer: Tokenizer; capabilities: readonly string[] }> {
  const plugin = new PluginRegistry(builtInPlugins).get('tokenizer', name);
  const container = await loadInContainer(plugin, { options: plugin.optionsSchema.parse(options), files: {} });
  const tokenizer = await container.getAsync<Tokenizer>(Tokenizer);
  return { tokenizer, capabilities: plugin.capabilities.filter((word) => tokenizer.lacks?.includes(word) !== true) };
}
