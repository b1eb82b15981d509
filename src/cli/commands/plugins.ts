import type { Command } from 'commander';
import { z } from 'zod';
import { loadConfiguration } from '../../engine/configuration.js';
import type { PluginDescriptor } from '../../engine/contracts/plugin.js';
import { loadPlugins } from '../../engine/plugins/plugin-loader.js';
import { PluginRegistry } from '../../engine/plugins/plugin-registry.js';
import { builtInPlugins } from '../../plugins/manifest.js';
import { complain } from '../complain.js';
import { table } from '../table.js';

interface PluginsOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** `continuo plugins`: what is built in, and what the configuration adds. */
export function register(program: Command): void {
  program
    .command('plugins')
    .summary('list the plugins there are')
    .description('Lists tokenizers, models, composers and transports. With --json also their capabilities and the JSON Schema of their options.')
    .option('--config <file>', 'configuration file (JSON)')
    .option('--json', 'print one JSON document and nothing else')
    .action(plugins);
}

async function plugins({ config, json }: PluginsOptions): Promise<void> {
  const configuration = loadConfiguration(config);
  const registry = new PluginRegistry(builtInPlugins);
  const { faults } = await loadPlugins(registry, configuration.plugins, configuration.folder);
  const descriptors = registry.list();
  process.stdout.write(json ? `${JSON.stringify(descriptors.map(describe))}\n` : tableOf(descriptors));
  for (const { message } of faults) complain(message);
}

function tableOf(descriptors: readonly PluginDescriptor[]): string {
  const rows = descriptors.map((plugin) => [plugin.kind, plugin.name, plugin.summary]);
  return table([['KIND', 'NAME', 'SUMMARY'], ...rows], process.stdout.columns);
}

function describe({ kind, name, summary, capabilities, optionsSchema, implementation }: PluginDescriptor): object {
  const builtIn = builtInPlugins.some((plugin) => plugin.kind === kind && plugin.name === name);
  const options = z.toJSONSchema(optionsSchema, { io: 'input', unrepresentable: 'any' });
  return { kind, name, summary, capabilities, builtIn, options, implementation };
}
