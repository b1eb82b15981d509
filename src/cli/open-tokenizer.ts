import { Tokenizer } from '../engine/contracts/tokenizer.js';
import { loadInContainer } from '../engine/plugins/load-in-container.js';
import { PluginRegistry } from '../engine/plugins/plugin-registry.js';
import { builtInPlugins } from '../plugins/manifest.js';
import { completeOptions, type OptionValues } from './plugin-options.js';

export interface OpenTokenizer {
  readonly tokenizer: Tokenizer;
  /** As completed by the plugin. */
  readonly options: unknown;
}

/** Makes the tokenizer that a command line names. Errors: unknownPlugin, badConfiguration, badPlugin. */
export async function openTokenizer(name: string, given: OptionValues): Promise<OpenTokenizer> {
  const plugin = new PluginRegistry(builtInPlugins).get('tokenizer', name);
  const options = completeOptions(plugin, given);
  const container = await loadInContainer(plugin, { options, files: {} });
  return { tokenizer: container.get<Tokenizer>(Tokenizer), options };
}
