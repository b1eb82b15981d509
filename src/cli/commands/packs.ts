import { join } from 'node:path';
import type { Command } from 'commander';
import { loadConfiguration } from '../../engine/configuration.js';
import type { PackSummary } from '../../engine/packs/pack.js';
import { PackShelf } from '../../engine/packs/pack-shelf.js';
import { repositoryRoot } from '../../engine/paths.js';
import { loadPlugins } from '../../engine/plugins/plugin-loader.js';
import { PluginRegistry } from '../../engine/plugins/plugin-registry.js';
import { builtInPlugins } from '../../plugins/manifest.js';
import { complain } from '../complain.js';
import { table } from '../table.js';

interface PacksOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** `continuo packs`: what a deck can load, each pack checked to the last byte. */
export function register(program: Command): void {
  program
    .command('packs')
    .summary('list the packs a deck can load')
    .description('Lists the packs of models/ and of the configured folders, and those that are built in, in the order of the keys 1 to 9.')
    .option('--config <file>', 'configuration file (JSON)')
    .option('--json', 'print one JSON document and nothing else')
    .action(packs);
}

async function packs({ config, json }: PacksOptions): Promise<void> {
  const configuration = loadConfiguration(config);
  const registry = new PluginRegistry(builtInPlugins);
  const { faults } = await loadPlugins(registry, configuration.plugins, configuration.folder);
  const shelf = new PackShelf(registry, [join(repositoryRoot, 'models'), ...configuration.packFolders]);
  await shelf.read();
  await shelf.verifyAll();
  const summaries = shelf.list();
  process.stdout.write(json ? `${JSON.stringify(summaries)}\n` : tableOf(summaries));
  if (!json) for (const { fault } of summaries) if (fault !== undefined) complain(fault);
  for (const { message } of faults) complain(message);
  for (const fault of shelf.faults) complain(fault);
}

function tableOf(summaries: readonly PackSummary[]): string {
  const rows = summaries.map(({ name, family, licence, title, fault }) => [name, fault === undefined ? 'ready' : 'fault', family, licence, title]);
  return table([['NAME', 'STATE', 'FAMILY', 'LICENCE', 'TITLE'], ...rows], process.stdout.columns);
}
